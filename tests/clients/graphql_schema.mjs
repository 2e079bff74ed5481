// graphql-js, the reference implementation of GraphQL: the schema file is valid and equals the introspected schema.

import assert from 'node:assert/strict';
import { check, finish, load, post, url } from './support.mjs';

const { assertValidSchema, buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } =
  load('graphql');

const text = await (await fetch(new URL('/schema.graphql', url))).text();
// The description of the schema is ignored: async-graphql returns that of the type `__Schema`.
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
    const [served, written] = [buildClientSchema(data), buildSchema(text)].map(lexicographicSortSchema).map(printSchema);
    assert.equal(served, written);
  });
}
finish();
