// A REST server in Node: one book. It prints its address, and ends at SIGTERM.

import { createServer } from 'node:http';

const book = JSON.stringify({ id: 1, title: 'UNIX Network Programming', author_id: 1, year: 1990, revision: 1 });

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(book);
});
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => server.close());
