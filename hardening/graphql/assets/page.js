// Starts GraphiQL. Queries and mutations go over HTTP, subscriptions over a WebSocket.
// A link such as /graphql?query={books{nodes{title}}} opens the page with that query.
'use strict';

const defaultQuery = `# The bookshelf. Run a query with Ctrl-Enter.

query Books {
  books(first: 5) {
    nodes { id title year author { name } }
    pageInfo { hasNextPage endCursor }
  }
}

# Run this, then change a book in another window.
subscription Changes {
  bookChanged { sequence kind book { id title revision } }
}

mutation Create {
  createBook(
    input: { title: "Networks", authorId: 2, year: 2000 }
  ) {
    id title revision
  }
}
`;

const url = new URL('/graphql', window.location.href);
const socketUrl = new URL(url);
socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = GraphiQL.createFetcher({
  url: url.href,
  // Connects with the first subscription, not before.
  wsClient: graphqlWs.createClient({ url: socketUrl.href, lazy: true }),
});

const asked = new URLSearchParams(window.location.search);
const props = { fetcher, defaultQuery, defaultEditorToolsVisibility: true };
for (const name of ['query', 'variables', 'operationName']) {
  if (asked.has(name)) props[name] = asked.get(name);
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(React.createElement(GraphiQL, props));
