// Starts GraphiQL. Queries and mutations go over HTTP, subscriptions over a WebSocket.
// A link such as /graphql?query={__typename} opens the page with that query.
'use strict';

// The API fills in its own.
const defaultQuery = document.getElementById('query').content.textContent;

const url = new URL('/graphql', window.location.href);
const websocketUrl = new URL(url);
websocketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const fetcher = GraphiQL.createFetcher({
  url: url.href,
  // Connects with the first subscription, not before.
  wsClient: graphqlWs.createClient({ url: websocketUrl.href, lazy: true }),
});

const parameters = new URLSearchParams(window.location.search);
const props = { fetcher, defaultQuery, defaultEditorToolsVisibility: true };
for (const name of ['query', 'variables', 'operationName']) {
  if (parameters.has(name)) props[name] = parameters.get(name);
}

ReactDOM.createRoot(document.getElementById('graphiql')).render(React.createElement(GraphiQL, props));
