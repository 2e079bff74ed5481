// The list of lessons, by subject, and the short path through them.

import { LESSON_BUFFER } from "./ideas/buffer.js";
import { LESSON_CALLS } from "./ideas/calls.js";
import { LESSON_ADDRESSES } from "./ideas/addresses.js";
import { LESSON_BACKLOG } from "./ideas/backlog.js";
import { LESSON_BLOCKING } from "./ideas/blocking.js";
import { LESSON_CONNECTED_UDP } from "./ideas/connected-udp.js";
import { LESSON_DATAGRAM } from "./ideas/datagram.js";
import { LESSON_END } from "./ideas/end.js";
import { LESSON_FRAMES } from "./ideas/frames.js";
import { LESSON_HALF_CLOSE } from "./ideas/half-close.js";
import { LESSON_HANDSHAKE } from "./ideas/handshake.js";
import { LESSON_HOST } from "./ideas/host.js";
import { LESSON_HTTP2 } from "./ideas/http2.js";
import { LESSON_KEEPALIVE } from "./ideas/keepalive.js";
import { LESSON_LOST } from "./ideas/lost.js";
import { LESSON_MANY } from "./ideas/many.js";
import { LESSON_PORT } from "./ideas/port.js";
import { LESSON_RESET } from "./ideas/reset.js";
import { LESSON_SOCKET } from "./ideas/socket.js";
import { LESSON_TUPLE } from "./ideas/tuple.js";
import { LESSON_WATCH } from "./ideas/watch.js";
import { LESSON_SHELF } from "./ideas/shelf.js";
import { LESSON_DATABASE } from "./ideas/database.js";
import { LESSON_COMPARISON } from "./ideas/comparison.js";

/** All lessons by subject, in order: title and lessons. */
export const LESSON_SUBJECTS = [
  ["Sockets and addresses", [LESSON_SOCKET, LESSON_CALLS, LESSON_TUPLE, LESSON_PORT, LESSON_ADDRESSES]],
  ["Connections", [LESSON_MANY, LESSON_END, LESSON_RESET, LESSON_KEEPALIVE]],
  ["Datagrams", [LESSON_DATAGRAM, LESSON_CONNECTED_UDP, LESSON_BUFFER]],
  ["Packets", [LESSON_HANDSHAKE, LESSON_HALF_CLOSE, LESSON_LOST, LESSON_BACKLOG, LESSON_BLOCKING]],
  ["Three APIs", [LESSON_FRAMES, LESSON_HTTP2, LESSON_COMPARISON, LESSON_WATCH, LESSON_SHELF, LESSON_HOST, LESSON_DATABASE]],
];

/** All lessons in order. */
export const LESSONS = LESSON_SUBJECTS.flatMap(([, lessons]) => lessons);

/** The lessons to take first, or if there is time for six only. */
export const LESSON_SHORT_PATH = [
  LESSON_SOCKET,
  LESSON_CALLS,
  LESSON_TUPLE,
  LESSON_END,
  LESSON_DATAGRAM,
  LESSON_COMPARISON,
];
