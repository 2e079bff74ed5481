// Lesson: ports below 1024.

import { numberText } from "../../recording/numbers.js";
import { lessonBox, lessonDrawing, lessonText } from "../parts/drawing.js";
import { errorName } from "../parts/error-names.js";
import { eventsOfStep, experimentRun } from "../parts/experiment-runs.js";

const PORT_STEP = "bind to a port below 1024";

/** The first port that an unprivileged program may use, unless the system is configured otherwise. */
const FIRST_FREE_PORT = 1024;

/** A program that binds to a well-known port. */
export const LESSON_PORT = {
  id: "port",
  title: "Ports below 1024",
  idea: [
    "A client must know the port of a server. HTTP has 80, HTTPS 443, DNS 53: these are well-known ports.",
    "On a machine with many users, the port should prove that an administrator started the server.",
    "So Unix reserved the ports below 1024. Linux has a setting for it, ip_unprivileged_port_start.",
  ],
  drawing: () =>
    lessonDrawing(
      "Ports from 0 to 65535. Those below 1024 are reserved.",
      480,
      62,
      lessonBox(4, 6, 96, 34, "well-known"),
      lessonBox(100, 6, 372, 34, "for every program"),
      lessonText(4, 58, "0", "start"),
      lessonText(100, 58, "1024"),
      lessonText(472, 58, "65535", "end"),
    ),
  action: "The workshop calls bind for 127.0.0.1 with port 80, then with port 0, for which the kernel chooses a port.",
  questions: [
    {
      prompt: "The workshop, as you have started it, calls bind with port 80. What happens?",
      choices: [
        { text: "It fails with EACCES, permission denied", isTrue: ({ low }) => errorName(low) === "EACCES" },
        {
          text: "It succeeds",
          isTrue: ({ low }) => !low.error,
          whyWrong: "The workshop has no privilege on this system, and port 80 requires one.",
        },
        {
          text: "It succeeds, but then listen fails",
          isTrue: ({ low, listens }) => !low.error && listens.some((listen) => listen.error),
          whyWrong: "The kernel checks the port when it is assigned, in bind. listen does not check it again.",
        },
        {
          text: "It succeeds with another port, because the kernel chooses a free one",
          isTrue: ({ low, requested }) => !low.error && !low.local.endsWith(`:${requested}`),
          whyWrong: "The kernel chooses a port for port 0 only. It never replaces a port that was requested.",
        },
      ],
    },
  ],
  run: (store) => experimentRun(store, "privileged-port", "tcp"),
  facts: portFacts,
  explanation: ({ low, high, first }) => [
    low.error
      ? `bind for ${low.local} failed with ${errorName(low)} (${low.error}).`
      : `bind for ${low.local} succeeded.`,
    portReason(low, first),
    high && `For port 0 the kernel chose ${high.local}. Such a port suits a client, or a test: nobody else needs to know it.`,
  ],
  table: ({ binds, first }) => ({
    caption: first === undefined ? "Calls of bind" : `Calls of bind, with ip_unprivileged_port_start = ${first}`,
    head: ["address", "result"],
    rows: binds.map((bind) => [bind.local, bind.error ? errorName(bind) : "success"]),
  }),
};

/** Explains the result with the system's setting, if it is known. */
function portReason(low, first) {
  if (first === undefined) return "A system may let every program use these ports. macOS does for some addresses.";
  const setting = `On this system, ip_unprivileged_port_start is ${numberText(first)}`;
  if (low.error)
    return (
      `${setting}: a lower port requires the capability CAP_NET_BIND_SERVICE. A web server gets it from systemd, ` +
      "or starts as root, binds, and then gives up its rights."
    );
  return first < FIRST_FREE_PORT && Number(low.local.split(":").at(-1)) >= first
    ? `${setting}, so every program may use this port. The default is 1024; containers often have 0.`
    : `${setting}, so the workshop runs with a privilege: as root, or with the capability CAP_NET_BIND_SERVICE. ` +
        "Without it, bind fails with EACCES.";
}

/** Returns the calls of bind: `low` for the reserved port and `high` for the one that the kernel chose. */
function portFacts({ items, report }) {
  const events = eventsOfStep(items, PORT_STEP);
  const all = events.filter(({ op }) => op === "bind");
  const binds = all.filter((bind) => errorName(bind) !== "EADDRINUSE");
  if (binds.length === 0)
    return {
      missing:
        all.length > 0
          ? "Other programs use the ports that this lesson tries."
          : "This lesson needs a bind to a port below 1024, which the recording does not contain.",
    };
  const [low, high] = binds;
  return {
    low,
    high,
    binds: all,
    listens: events.filter(({ op }) => op === "listen"),
    requested: 80,
    first: report?.first_unprivileged_port,
    events,
  };
}
