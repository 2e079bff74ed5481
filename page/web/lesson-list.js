// The lessons, in their order.

import { LESSON_CALLS } from "./lesson-calls.js";
import { LESSON_DATAGRAM } from "./lesson-datagram.js";
import { LESSON_END } from "./lesson-end.js";
import { LESSON_FRAMES } from "./lesson-frames.js";
import { LESSON_KEEPALIVE } from "./lesson-keepalive.js";
import { LESSON_MANY } from "./lesson-many.js";
import { LESSON_SOCKET } from "./lesson-socket.js";
import { LESSON_TUPLE } from "./lesson-tuple.js";
import { LESSON_WATCH } from "./lesson-watch.js";
import { LESSON_WHOLE } from "./lesson-whole.js";

/** All of them. */
export const LESSONS = [
  LESSON_SOCKET,
  LESSON_TUPLE,
  LESSON_CALLS,
  LESSON_END,
  LESSON_MANY,
  LESSON_KEEPALIVE,
  LESSON_WATCH,
  LESSON_FRAMES,
  LESSON_DATAGRAM,
  LESSON_WHOLE,
];
