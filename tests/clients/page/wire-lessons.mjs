// The lessons about packets: verdicts, and numbers against the recording of the network. Without the network, the lessons
// use a recording that was made elsewhere.

import assert from 'node:assert/strict';

import { checkLesson, rows } from './lesson-steps.mjs';
import { finish } from './support.mjs';

/** The recording of the latest run. */
let recorded;

/** Keeps the recordings that the page receives. */
function keepRecording(page) {
  page.on('response', async (response) => {
    if (/\/api\/wire(\/recorded\/\w+)?$/.test(response.url())) recorded = await response.json();
  });
}

const packets = () => recorded.items.filter(({ op }) => op === 'packet');
const calls = (recording, op) => recorded.items.filter((item) => item.recording === recording && item.op === op);

const WIRE_LESSONS = [
  {
    title: 'The handshake',
    right: ["the SYN-ACK of the server's kernel", 'random'],
    wrong: ["accept of the server's program", '0'],
    async evidence(page) {
      const shown = await rows(page, 'The segments of the handshake');
      const [syn, synAck, ack] = packets();
      assert.deepEqual([syn, synAck, ack].map(({ flags }) => flags), ['SYN', 'SYN ACK', 'ACK']);
      assert.deepEqual(shown, [
        ['SYN', 'to server', `${syn.sequence} (0)`, '–', '0'],
        ['SYN-ACK', 'to client', `${synAck.sequence} (0)`, `${syn.sequence + 1} (1)`, '0'],
        ['ACK', 'to server', `${syn.sequence + 1} (1)`, `${synAck.sequence + 1} (1)`, '0'],
      ]);
    },
  },
  {
    title: 'FIN, half-close and TIME_WAIT',
    right: ['succeeds, and the client reads the response', 'TIME_WAIT'],
    wrong: ['fails, because the connection has ended', 'FIN_WAIT2'],
    async evidence(page) {
      const shown = await rows(page, 'The FINs and their acknowledgements');
      const fins = packets().filter(({ flags, retransmission }) => flags.includes('FIN') && !retransmission);
      assert.equal(fins.length, 2);
      // The request has 10 bytes and the response 2; a SYN counts as one byte.
      assert.deepEqual(shown.map(([, ...cells]) => cells), [['to server', '11', 'ack 12', 'shutdown'], ['to client', '3', 'ack 4', 'shutdown']]);
      await page.getByText('Both slips are easy to make').waitFor();
    },
  },
  {
    title: 'A lost packet, over TCP and UDP',
    right: ["the client's kernel", "the client's program"],
    wrong: ["the client's program", 'nobody'],
    async evidence(page) {
      const shown = Object.fromEntries((await rows(page, 'The request of the client')).map(([what, ...cells]) => [what, cells]));
      assert.deepEqual(shown['calls that sent it'], ['1 write', `${calls('udp-client', 'sendto').length} sendto`]);
      const requests = (protocol) => packets().filter(({ to, bytes, ...packet }) => packet.protocol === protocol && to.endsWith(':6000') && bytes > 0);
      const both = [requests('tcp'), requests('udp')];
      assert.deepEqual(shown['packets with it'], both.map(({ length }) => `${length}`));
      assert.deepEqual(shown['of these lost'], both.map((own) => `${own.filter(({ fate }) => fate === 'dropped').length}`));
      assert.equal(await page.locator('.lesson-wire .cross').count(), 2);
    },
  },
  {
    title: 'A backlog that fills',
    right: ['returns: the connection is established', "ignores it, and the client's kernel sends it again"],
    wrong: ['waits for accept', 'refuses it with a RST'],
    async evidence(page) {
      const shown = await rows(page, 'The three clients');
      const syns = calls('tcp-client', 'connect').map(
        ({ connection }) => packets().filter((packet) => packet.connection === connection && packet.flags === 'SYN').length,
      );
      assert.deepEqual(shown.map(([, count]) => Number(count)), syns);
      assert.deepEqual(shown.map(([, , , when]) => when.split(' ')[0]), ['before', 'before', 'after']);
    },
  },
  {
    title: 'Head-of-line blocking',
    right: ['one response', 'all three'],
    wrong: ['none', 'one response'],
    async evidence(page) {
      const shown = Object.fromEntries((await rows(page, 'Responses and the repeated segment')).map(([what, ...cells]) => [what, cells]));
      assert.deepEqual(shown['lost segments'], ['1', '1']);
      assert.deepEqual(shown['responses that waited for the repetition'], ['1 of 3', '3 of 3']);
      assert.equal(packets().filter(({ fate }) => fate === 'dropped').length, 2);
    },
  },
];

for (const lesson of WIRE_LESSONS) await checkLesson({ ...lesson, prepare: keepRecording });

await finish();
