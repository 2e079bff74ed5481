// The lessons that experiment with plain sockets: verdicts, and numbers against the trace files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { checkLesson, result, rows } from './lesson-steps.mjs';
import { finish } from './support.mjs';

const ofOp = (events, op) => events.filter((event) => event.op === op);

/** Returns `true` if this process may bind to port 80. The workshop has the same rights. */
function mayBindLowPorts() {
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  const capabilities = BigInt(`0x${readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s*(\w+)/m)[1]}`);
  const NET_BIND_SERVICE = 10n;
  return first <= 80 || ((capabilities >> NET_BIND_SERVICE) & 1n) === 1n;
}

const [success, denied] = ['It succeeds', 'It fails with EACCES, permission denied'];
const canBind = mayBindLowPorts();

await checkLesson({
  title: 'Ports below 1024',
  right: [canBind ? success : denied],
  wrong: [canBind ? denied : success],
  async evidence(page, events) {
    const binds = ofOp(events, 'bind').map(({ local, error }) => [local, error === undefined]);
    const shown = (await rows(page, 'Calls of bind')).map(([address, said]) => [address, said === 'success']);
    assert.deepEqual(shown, binds);
    assert.match(binds[0][0], /^127\.0\.0\.1:8\d$/);
    const first = readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim();
    await result(page).getByText(`ip_unprivileged_port_start is ${Number(first).toLocaleString('en')}`).waitFor();
  },
});

await checkLesson({
  title: '127.0.0.1 and 0.0.0.0',
  right: ['is refused', '127.0.0.2'],
  wrong: ['is connected', '0.0.0.0'],
  async evidence(page, events) {
    const connects = ofOp(events, 'connect').map(({ error }) => (error === undefined ? 'connected' : 'ECONNREFUSED'));
    const shown = (await rows(page, 'Listening socket and connections')).map(([, , said]) => said);
    assert.deepEqual(shown, connects);
    assert.deepEqual(shown, ['connected', 'ECONNREFUSED', 'connected', 'connected']);
    assert.deepEqual(ofOp(events, 'accept').map(({ local }) => local.split(':')[0]), ['127.0.0.1', '127.0.0.1', '127.0.0.2']);
  },
});

await checkLesson({
  title: 'One host, several programs',
  right: ['By the port on which each of them listens'],
  wrong: ['By the process id in the packet'],
  async evidence(page) {
    const shown = await rows(page, 'All sockets of the servers and their clients, as netstat shows them');
    const of = (state) => shown.filter((row) => row[4] === state);
    assert.deepEqual(of('LISTEN').map(([socket]) => socket).sort(), ['GraphQL server', 'REST server', 'gRPC server']);
    const pairs = of('ESTABLISHED').map(([, , local, foreign]) => `${local} ${foreign}`);
    for (const [, , local, foreign] of of('ESTABLISHED')) assert(pairs.includes(`${foreign} ${local}`), `${shown}`);
    assert(pairs.length >= 6, `${shown}`);
  },
});

await checkLesson({
  title: 'Connected UDP',
  right: ['nothing', 'discards it', 'fails'],
  wrong: ['a handshake to the server, as for TCP', 'delivers it, with its sender', 'waits'],
  async evidence(page, events) {
    const texts = (all) => all.map(({ data }) => Buffer.from(data, 'base64').toString());
    const received = ofOp(events, 'recvfrom').filter(({ side, error }) => side === 'client' && !error);
    assert.deepEqual(texts(received), ['from the server', 'from a stranger', 'from the server']);
    const [, shown, sends] = await rows(page, 'The two clients');
    assert.deepEqual(shown, ['received', 'from the server', 'from a stranger, from the server']);
    assert.deepEqual(sends, ['second send after the close', 'ECONNREFUSED', 'success']);
    assert.equal(ofOp(events, 'sendto').filter(({ error }) => error).length, 1);
  },
});

await checkLesson({
  title: 'Reset (RST)',
  right: ['It fails, because the connection was reset'],
  wrong: ['It returns 0 bytes, as after every close'],
  async evidence(page, events) {
    const reads = ofOp(events, 'read').filter(({ side }) => side === 'client');
    assert.deepEqual(reads.map(({ error, eof }) => [error !== undefined, eof === true]), [[true, false], [false, true]]);
    const shown = (await rows(page, 'The three attempts')).map(([, ...cells]) => cells);
    assert.deepEqual(shown, [['read', 'ECONNRESET', 'RST'], ['read', '0 bytes', 'FIN'], ['connect', 'ECONNREFUSED', '–']]);
  },
});

await checkLesson({
  title: 'A full receive buffer',
  right: ['It succeeds, and the datagram is lost'],
  wrong: ['It waits until the program reads'],
  async evidence(page, events) {
    const [sent, received] = [ofOp(events, 'sendto').length, ofOp(events, 'recvfrom').length];
    const shown = await rows(page, 'Datagrams of the client');
    assert.deepEqual(shown.map(([, count]) => Number(count)), [sent, 0, received, sent - received]);
    assert.equal(sent, 64);
  },
});

await finish();
