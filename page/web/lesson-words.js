// Numbers and names as a lesson writes them.

import { lessonGroups } from "./lesson-facts.js";

/** `1 byte`, `1,200 bytes`. */
export function lessonCount(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}

/** `once`, `2 times`. */
export function lessonTimes(count) {
  return count === 1 ? "once" : lessonCount(count, "time");
}

/** Nanoseconds, in the unit that is easy to read. */
export function lessonTime(ns) {
  if (ns === null || ns === undefined) return "–";
  if (ns < 1e3) return "less than 1 µs";
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(1)} s`;
}

/** `REST, GraphQL and gRPC`. */
export function lessonList(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Calls in their order: `socket → bind`. */
export function lessonOrder(calls) {
  return calls.join(" → ");
}

/** A sentence for each API, or one for all of them where it is the same: `REST, GraphQL and gRPC: …`. */
export function lessonTogether(apis, sentence) {
  return lessonGroups(apis, sentence).map(
    ([says, alike]) => `${lessonList(alike.map(({ title }) => title))}: ${says}`,
  );
}
