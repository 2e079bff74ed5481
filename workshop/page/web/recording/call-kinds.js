// The kinds of API calls. Calls of the same kind have the same result over each API, so that they can be compared.

import { numberText } from "./numbers.js";

/** The kinds of the bookshelf's calls: REST's operation, GraphQL's field and gRPC's method. */
const CALL_KINDS = [
  ["get a book", /^GET \/v1\/books\/\{\}$/, /\bbook\b/, "GetBook"],
  ["list books", /^GET \/v1\/books(\?|$)/, /\b(books|author)\b/, "ListBooks"],
  ["create a book", /^POST \/v1\/books$/, /\bcreateBook\b/, "CreateBook"],
  ["update a book", /^PATCH \/v1\/books\/\{\}$/, /\bupdateBook\b/, "UpdateBook"],
  ["delete a book", /^DELETE \/v1\/books\/\{\}$/, /\bdeleteBook\b/, "DeleteBook"],
  ["get an author", /^GET \/v1\/authors\/\{\}$/, /\bauthor\b/, "GetAuthor"],
  ["watch changes", /^GET \/v1\/books\/changes/, /\bbookChanged\b/, "WatchBooks"],
];

/** A GraphQL operation with its fields, such as `query Shelf { book author }`. */
const GRAPHQL_OPERATION = /^(?:query|mutation|subscription)\b[^{]*\{(.*)\}$/;

const REFLECTION = /(^|\.)ServerReflection\//;

/** Returns `true` for a call to the gRPC service that describes the API. grpcurl makes one before each of its calls. */
export function isReflection(operation) {
  return REFLECTION.test(operation);
}

/** The request by which a GraphQL client opens a WebSocket. It is no call of the bookshelf. */
const GRAPHQL_HANDSHAKE = "GET /graphql";

/**
 * Returns the kinds of an operation, such as `GET /v1/books/{}`. A GraphQL operation can be of several. An unknown
 * operation is its own kind, and a handshake or reflection has none.
 */
export function callKinds(operation) {
  if (operation === GRAPHQL_HANDSHAKE || isReflection(operation)) return [];
  const fields = operation.match(GRAPHQL_OPERATION)?.[1];
  const method = operation.match(/BookshelfService\/(\w+)$/)?.[1];
  const kinds = CALL_KINDS.filter(([, rest, field, grpc]) =>
    fields === undefined ? rest.test(operation) || method === grpc : field.test(fields),
  );
  return kinds.length === 0 ? [operation] : kinds.map(([kind]) => kind);
}

/** Returns the kind of an operation. The two kinds of a GraphQL query for an author and its books have one name. */
export function callKind(operation) {
  const kinds = callKinds(operation);
  if (kinds.length === 0) return operation;
  return kinds.includes("get an author") ? "get an author" : kinds.join(" and ");
}

/**
 * Returns the kinds of the calls in `times` runs of a step as text, which is equal for equal calls: `get a book, 10 × list
 * books`. `operations` has the number of calls of each operation.
 */
export function kindsText(operations, times = 1) {
  const counts = new Map();
  for (const [operation, count] of Object.entries(operations)) {
    for (const kind of callKinds(operation)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  const each = [...counts].map(([kind, count]) => [kind, count / Math.max(1, times)]);
  return each.map(([kind, count]) => (count === 1 ? kind : `${numberText(count)} × ${kind}`)).sort().join(", ");
}
