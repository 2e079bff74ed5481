// The list of lessons.

import { LESSON_CALLS } from "./ideas/calls.js";
import { LESSON_DATAGRAM } from "./ideas/datagram.js";
import { LESSON_END } from "./ideas/end.js";
import { LESSON_FRAMES } from "./ideas/frames.js";
import { LESSON_KEEPALIVE } from "./ideas/keepalive.js";
import { LESSON_MANY } from "./ideas/many.js";
import { LESSON_SOCKET } from "./ideas/socket.js";
import { LESSON_TUPLE } from "./ideas/tuple.js";
import { LESSON_WATCH } from "./ideas/watch.js";
import { LESSON_SHELF } from "./ideas/shelf.js";
import { LESSON_DATABASE } from "./ideas/database.js";
import { LESSON_COMPARISON } from "./ideas/comparison.js";

/** All lessons in order. */
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
  LESSON_COMPARISON,
  LESSON_SHELF,
  LESSON_DATABASE,
];
