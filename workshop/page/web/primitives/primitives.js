// The socket calls. Each has a shape and a colour on the whole page. The shape alone identifies it.

import { svg } from "../frame/dom.js";

/**
 * By name: the colour's token, the shape on a grid of 16 by 16 (`fill` fills it with the colour), the system call
 * and a sentence that explains it.
 */
export const PRIMITIVES = {
  socket: primitive(
    "make",
    [["circle", { cx: 8, cy: 8, r: 6 }]],
    "socket(2)",
    "Creates an endpoint, which has no address yet.",
  ),
  bind: primitive(
    "make",
    [
      ["circle", { cx: 8, cy: 8, r: 6 }],
      ["circle", { cx: 8, cy: 8, r: 2, fill: true }],
    ],
    "bind(2)",
    "Gives the socket its address: IP and port.",
  ),
  listen: primitive(
    "make",
    [
      ["path", { d: "M3 13V9a5 5 0 0 1 10 0v4" }],
      ["path", { d: "M1.5 13.5h13" }],
    ],
    "listen(2)",
    "From now on the kernel completes handshakes. They wait in a queue for accept.",
  ),
  option: primitive(
    "quiet",
    [["circle", { cx: 8, cy: 8, r: 2.5 }]],
    "setsockopt(2)",
    "Changes a setting of the socket.",
  ),
  tcp_info: primitive(
    "quiet",
    [["path", { d: "M2 11l4-5 3 3 5-6" }]],
    "getsockopt(2)",
    "A sample of the kernel's state of the connection, which the recorder takes. The program makes no call.",
  ),
  connect: primitive(
    "meet",
    [["path", { d: "M4 3l9 5-9 5z" }]],
    "connect(2)",
    "The client requests a connection. The kernels perform the handshake.",
  ),
  accept: primitive(
    "meet",
    [["path", { d: "M4 3l9 5-9 5z", fill: true }]],
    "accept(2)",
    "The server takes a completed handshake and gets a new socket for the connection. The listener stays open.",
  ),
  adopt: primitive(
    "meet",
    [
      ["path", { d: "M3 3h10v10H3z" }],
      ["path", { d: "M3 3l10 10" }],
    ],
    "no call",
    "The recording of this socket starts here.",
  ),
  release: primitive("quiet", [["path", { d: "M3 3h10v10H3z" }]], "no call", "The recording of this socket ends here."),
  read: primitive(
    "read",
    [
      ["path", { d: "M8 2v8M4.5 7L8 10.5 11.5 7" }],
      ["path", { d: "M2.5 10v3.5h11V10" }],
    ],
    "recv(2)",
    "Reads bytes that the kernel has received. 0 bytes mean that the peer has finished sending.",
  ),
  write: primitive(
    "write",
    [
      ["path", { d: "M8 10.5v-8M4.5 6L8 2.5 11.5 6" }],
      ["path", { d: "M2.5 10v3.5h11V10" }],
    ],
    "send(2), writev(2)",
    "Passes bytes to the kernel, which sends them.",
  ),
  recvfrom: primitive(
    "read",
    [
      ["path", { d: "M2 6.5h12v7H2z" }],
      ["path", { d: "M8 1v6M5.5 4.7L8 7.2l2.5-2.5" }],
    ],
    "recvfrom(2)",
    "Receives one complete datagram and the address of its sender.",
  ),
  sendto: primitive(
    "write",
    [
      ["path", { d: "M2 6.5h12v7H2z" }],
      ["path", { d: "M8 11V2M5.5 4.3L8 1.8l2.5 2.5" }],
    ],
    "sendto(2)",
    "Sends one complete datagram to an address. Its arrival is not reported.",
  ),
  shutdown: primitive(
    "end",
    [
      ["circle", { cx: 8, cy: 8, r: 6 }],
      ["path", { d: "M8 2a6 6 0 0 1 0 12z", fill: true }],
    ],
    "shutdown(2)",
    "Ends sending with a FIN. The socket can still read.",
  ),
  close: primitive("end", [["path", { d: "M3 3l10 10M13 3L3 13" }]], "close(2)", "Releases the socket."),
  mark: primitive(
    "quiet",
    [["path", { d: "M4 15V2h9l-2.5 3L13 8H4" }]],
    "no call",
    "Names the step to which the following calls belong.",
  ),
  gap: primitive(
    "end",
    [["path", { d: "M2 8h3M7 8h2M11 8h3" }]],
    "no call",
    "The recorder's buffer was full. Events are missing here.",
  ),
};

function primitive(tone, shapes, call, description) {
  return { tone, shapes, call, description };
}

/** Returns the description of an operation, also of one that this page does not know. */
export function primitiveOf(op) {
  // A recording may contain any name, also that of a member of every object, such as `constructor`.
  if (Object.hasOwn(PRIMITIVES, op)) return PRIMITIVES[op];
  return primitive("quiet", [["path", { d: "M8 3v6M8 12v1" }]], op, "An operation that this page does not know.");
}

/** Returns the shape as an SVG group of 16 by 16, coloured by the class `tone-…`. */
export function primitiveShape(op) {
  const { tone, shapes } = primitiveOf(op);
  const drawn = shapes.map(([tag, { fill, ...geometry }]) =>
    svg(tag, { ...geometry, class: fill ? "shape filled" : "shape" }),
  );
  return svg("g", { class: `primitive tone-${tone}` }, drawn);
}

/** Returns the shape as an SVG image for text and legends. */
export function primitiveIcon(op, size = 16) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true", class: "icon" },
    primitiveShape(op),
  );
}
