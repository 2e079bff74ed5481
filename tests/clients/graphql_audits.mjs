// The audits of graphql-http, the reference implementation of GraphQL over HTTP. All must pass, including SHOULD and MAY.

import { check, finish, load, url } from './support.mjs';

const { serverAudits } = load('graphql-http');

for (const audit of serverAudits({ url })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    if (status !== 'ok') throw `${status}: ${reason}`;
  });
}
finish();
