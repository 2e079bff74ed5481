// Lesson: the address on which a server listens.

import { countText } from "../../recording/numbers.js";
import { lessonArrow, lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { errorName } from "../parts/error-names.js";
import { eventsOfStep, experimentRun } from "../parts/experiment-runs.js";

const ADDRESSES_STEP = "listen on one address and on all";

/** The addresses of the listeners and of the second connection. */
const [ADDRESS_ONE, ADDRESS_ALL, ADDRESS_OTHER] = ["127.0.0.1", "0.0.0.0", "127.0.0.2"];

/** A listener on one address compared with one on all addresses. */
export const LESSON_ADDRESSES = {
  id: "addresses",
  title: "127.0.0.1 and 0.0.0.0",
  idea: [
    "A machine has several IP addresses: one for each network, and those of the loopback interface, 127.0.0.1 to 127.255.255.254.",
    "bind selects the address at which clients reach the server. 0.0.0.0 stands for all of them.",
  ],
  drawing: () =>
    lessonDrawing(
      "A machine with three addresses and a listening server.",
      480,
      100,
      lessonBox(150, 4, 322, 92, ""),
      [ADDRESS_ONE, ADDRESS_OTHER, "192.168.1.5"].map((ip, n) => [
        lessonArrow(60, 20 + n * 30, 150, 20 + n * 30),
        lessonText(158, 25 + n * 30, ip, "start"),
      ]),
      lessonText(30, 55, "client"),
      lessonBox(330, 28, 128, 44, "server", "listens on ?"),
    ),
  action:
    "Listens on 127.0.0.1 and connects to 127.0.0.1 and 127.0.0.2, then does the same with 0.0.0.0. Its ports are random, and open " +
    "for some milliseconds; connections of other machines are closed at once.",
  questions: [
    {
      prompt: `The server listens on ${ADDRESS_ONE}. A client connects to ${ADDRESS_OTHER}, an address of the same machine, and …`,
      choices: [
        {
          text: "is connected",
          isTrue: ({ connects }) => connects[ADDRESS_ONE][ADDRESS_OTHER].isOpen,
          whyWrong: "The address belongs to the machine, but no socket listens on it.",
        },
        { text: "is refused", isTrue: ({ connects }) => errorName(connects[ADDRESS_ONE][ADDRESS_OTHER]) === "ECONNREFUSED" },
        {
          text: "gets no response",
          isTrue: ({ connects }) => !connects[ADDRESS_ONE][ADDRESS_OTHER].isOpen && !connects[ADDRESS_ONE][ADDRESS_OTHER].error,
          whyWrong: "The kernel answers a SYN for which no socket listens with a RST. A firewall may discard it silently.",
        },
      ],
    },
    {
      prompt: `The server listens on ${ADDRESS_ALL}. After accept, the local address of the connection to ${ADDRESS_OTHER} is …`,
      choices: [
        {
          text: ADDRESS_ALL,
          isTrue: ({ accepted }) => accepted.includes(ADDRESS_ALL),
          whyWrong: "A packet needs a real sender. 0.0.0.0 occurs at listening sockets only.",
        },
        {
          text: ADDRESS_ONE,
          isTrue: ({ accepted }) => !accepted.includes(ADDRESS_OTHER) && accepted.includes(ADDRESS_ONE),
          whyWrong: "The connection keeps the address that the client chose.",
        },
        { text: ADDRESS_OTHER, isTrue: ({ accepted }) => accepted.includes(ADDRESS_OTHER) },
      ],
    },
  ],
  run: (store) => experimentRun(store, "bind-addresses", "tcp"),
  facts: addressesFacts,
  explanation: ({ accepted }) => [
    "A server on 127.0.0.1 can be reached by programs of its own machine only: packets from a network never have this destination. " +
      "That is why the servers of this workshop use it, unless you choose another address.",
    `On ${ADDRESS_ALL}, one listening socket accepted ${countText(accepted.length, "connection")}, with the local ` +
      `${accepted.length === 1 ? "address" : "addresses"} ${accepted.join(" and ")}. ` +
      "Such a server can be reached from every network of the machine. Choose it only if that is intended. [::] is the same for IPv6.",
  ],
  table: ({ connects }) => ({
    caption: "Listening socket and connections",
    head: ["server listens on", "client connects to", "result"],
    rows: [ADDRESS_ONE, ADDRESS_ALL].flatMap((listen) =>
      [ADDRESS_ONE, ADDRESS_OTHER].map((to) => [listen, to, addressesResult(connects[listen][to])]),
    ),
  }),
};

function addressesResult(connect) {
  if (connect.isOpen) return "connected";
  return connect.error ? errorName(connect) : "no response";
}

/** Returns the result of each `connect` by listening and destination address, and the addresses of accepted sockets. */
function addressesFacts({ items }) {
  const events = eventsOfStep(items, ADDRESSES_STEP);
  const ports = Object.fromEntries(
    [ADDRESS_ONE, ADDRESS_ALL].map((ip) => [ip, events.find(({ op, local }) => op === "bind" && local?.startsWith(`${ip}:`))?.local.split(":")[1]]),
  );
  if (!ports[ADDRESS_ONE] || !ports[ADDRESS_ALL])
    return { missing: "This lesson needs listeners on 127.0.0.1 and on 0.0.0.0, which the recording does not contain." };
  const result = (port, to) => {
    const connect = events.find(({ op, peer }) => op === "connect" && peer === `${to}:${port}`);
    return { ...connect, isOpen: connect !== undefined && !connect.error };
  };
  return {
    connects: Object.fromEntries(
      [ADDRESS_ONE, ADDRESS_ALL].map((ip) => [ip, Object.fromEntries([ADDRESS_ONE, ADDRESS_OTHER].map((to) => [to, result(ports[ip], to)]))]),
    ),
    accepted: events
      .filter(({ op, local, error }) => op === "accept" && !error && local.endsWith(`:${ports[ADDRESS_ALL]}`))
      .map(({ local }) => local.split(":")[0]),
  };
}
