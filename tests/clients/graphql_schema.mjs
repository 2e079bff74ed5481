// graphql-js, the reference implementation of GraphQL, on the schema: the text of it and what introspection tells are the
// same schema, and a valid one.

import assert from 'node:assert/strict';
import { check, finish, load, post, url } from './support.mjs';

const { assertValidSchema, buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } =
  load('graphql');

const text = await (await fetch(new URL('/schema.graphql', url))).text();
// But for the description of the schema: async-graphql tells the one of the type `__Schema` there.
const everything = {
  descriptions: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
  specifiedByUrl: true,
};

await check('the text is a valid schema', () => assertValidSchema(buildSchema(text)));

for (const [extent, options] of Object.entries({ 'the usual': {}, everything })) {
  await check(`introspection tells the same, when graphql-js asks for ${extent}`, async () => {
    const { data, errors } = await post(getIntrospectionQuery(options));
    assert.equal(errors, undefined);
    const [told, written] = [buildClientSchema(data), buildSchema(text)].map(lexicographicSortSchema).map(printSchema);
    assert.equal(told, written);
  });
}
finish();
