// A GraphQL server in Node, with graphql-http: one book. It prints its address, and ends at SIGTERM.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// `import` ignores NODE_PATH.
const load = createRequire(import.meta.url);
const { buildSchema } = load('graphql');
const { createHandler } = load('graphql-http/lib/use/http');

const schema = buildSchema('type Query { book(id: ID!): Book } type Book { id: ID!, title: String! }');
const rootValue = { book: ({ id }) => ({ id, title: 'UNIX Network Programming' }) };

const server = createServer(createHandler({ schema, rootValue }));
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => server.close());
