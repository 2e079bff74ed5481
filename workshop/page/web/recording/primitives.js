// The socket calls: each has one shape and one colour, everywhere on the page. The shape alone is enough to
// know it by.

import { svg } from "../frame/dom.js";

/**
 * By name: the colour's token, the shape on a field of 16 by 16 (a `fill` is filled with the colour), the
 * system call behind it, and what it is in a sentence.
 */
export const PRIMITIVES = {
  socket: primitive(
    "make",
    [["circle", { cx: 8, cy: 8, r: 6 }]],
    "socket(2)",
    "An endpoint is made; it has no address yet.",
  ),
  bind: primitive(
    "make",
    [
      ["circle", { cx: 8, cy: 8, r: 6 }],
      ["circle", { cx: 8, cy: 8, r: 2, fill: true }],
    ],
    "bind(2)",
    "The socket gets its address: IP and port.",
  ),
  listen: primitive(
    "make",
    [
      ["path", { d: "M3 13V9a5 5 0 0 1 10 0v4" }],
      ["path", { d: "M1.5 13.5h13" }],
    ],
    "listen(2)",
    "From now on the kernel finishes handshakes for it; they wait to be accepted.",
  ),
  option: primitive(
    "quiet",
    [["circle", { cx: 8, cy: 8, r: 2.5 }]],
    "setsockopt(2)",
    "A setting of the socket.",
  ),
  connect: primitive(
    "meet",
    [["path", { d: "M4 3l9 5-9 5z" }]],
    "connect(2)",
    "The client asks for a connection; the kernels shake hands.",
  ),
  accept: primitive(
    "meet",
    [["path", { d: "M4 3l9 5-9 5z", fill: true }]],
    "accept(2)",
    "The server takes a finished handshake: a new socket for this connection. The listener goes on.",
  ),
  adopt: primitive(
    "meet",
    [
      ["path", { d: "M3 3h10v10H3z" }],
      ["path", { d: "M3 3l10 10" }],
    ],
    "no call",
    "Recorded from here on.",
  ),
  release: primitive("quiet", [["path", { d: "M3 3h10v10H3z" }]], "no call", "Not recorded any more."),
  read: primitive(
    "read",
    [
      ["path", { d: "M8 2v8M4.5 7L8 10.5 11.5 7" }],
      ["path", { d: "M2.5 10v3.5h11V10" }],
    ],
    "recv(2)",
    "Takes bytes that have arrived. Zero bytes: the other side has finished.",
  ),
  write: primitive(
    "write",
    [
      ["path", { d: "M8 10.5v-8M4.5 6L8 2.5 11.5 6" }],
      ["path", { d: "M2.5 10v3.5h11V10" }],
    ],
    "send(2), writev(2)",
    "Hands bytes to the kernel, which sends them.",
  ),
  recvfrom: primitive(
    "read",
    [
      ["path", { d: "M2 6.5h12v7H2z" }],
      ["path", { d: "M8 1v6M5.5 4.7L8 7.2l2.5-2.5" }],
    ],
    "recvfrom(2)",
    "Takes one whole datagram, and who sent it.",
  ),
  sendto: primitive(
    "write",
    [
      ["path", { d: "M2 6.5h12v7H2z" }],
      ["path", { d: "M8 11V2M5.5 4.3L8 1.8l2.5 2.5" }],
    ],
    "sendto(2)",
    "Sends one whole datagram to an address. Whether it arrives, nobody says.",
  ),
  shutdown: primitive(
    "end",
    [
      ["circle", { cx: 8, cy: 8, r: 6 }],
      ["path", { d: "M8 2a6 6 0 0 1 0 12z", fill: true }],
    ],
    "shutdown(2)",
    "We have finished sending (FIN). We can still read.",
  ),
  close: primitive("end", [["path", { d: "M3 3l10 10M13 3L3 13" }]], "close(2)", "The socket is given back."),
  mark: primitive(
    "quiet",
    [["path", { d: "M4 15V2h9l-2.5 3L13 8H4" }]],
    "no call",
    "A name for what follows.",
  ),
  gap: primitive(
    "end",
    [["path", { d: "M2 8h3M7 8h2M11 8h3" }]],
    "no call",
    "Here the recorder had no room: events are missing.",
  ),
};

function primitive(tone, shapes, call, what) {
  return { tone, shapes, call, what };
}

/** What is known of an operation; one that this page does not know is shown as it is named. */
export function primitiveOf(op) {
  return (
    PRIMITIVES[op] ??
    primitive("quiet", [["path", { d: "M8 3v6M8 12v1" }]], op, "An operation that this page does not know.")
  );
}

/** The shape as a group of SVG, 16 by 16; colour it with the class `tone-…`. */
export function primitiveShape(op) {
  const { tone, shapes } = primitiveOf(op);
  const drawn = shapes.map(([tag, { fill, ...geometry }]) =>
    svg(tag, { ...geometry, class: fill ? "shape filled" : "shape" }),
  );
  return svg("g", { class: `primitive tone-${tone}` }, drawn);
}

/** The shape as an image of its own, for text and legends. */
export function primitiveIcon(op, size = 16) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true", class: "icon" },
    primitiveShape(op),
  );
}
