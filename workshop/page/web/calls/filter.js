// The filter of the calls: words and conditions such as `api:rest`, all of which a call must meet.

import { apiTitle } from "../recording/apis.js";
import { clientOf } from "../recording/call-list.js";
import { participantName } from "../recording/client-steps.js";

const CALLS_FILTER_TEXTS = {
  api: (row) => [row.api, apiTitle(row.api)],
  operation: (row) => [row.operation],
  kind: (row) => [row.kind],
  client: (row) => [clientOf(row), row.connection.agent, participantName(row.connection.agent) ?? ""],
  status: (row) => [row.status],
  step: (row) => [row.step ?? ""],
};
const CALLS_FILTER_NUMBERS = {
  connection: (row) => row.connection.number,
  bytes: (row) => row.toServer + row.toClient,
  ms: (row) => (row.duration === null ? null : row.duration / 1e6),
};
const CALLS_FILTER_STATES = {
  error: (row) => row.isError,
  open: (row) => row.isOpen,
  first: (row) => row.number === 0,
  reflection: (row) => row.isReflection,
};

/** Example for each key, as a hint for the user. */
export const CALLS_FILTER_KEYS = [
  "api:grpc",
  "client:curl",
  "client:=anna",
  "status:404",
  "kind:\"get a book\"",
  "operation:GetBook",
  "step:terminal",
  "connection:12",
  "bytes:>1000",
  "ms:>5",
  "is:error",
  "is:open",
  "is:first",
  "is:reflection",
];

/**
 * Parses the filter: `{ passes, error, showsReflection }`. `error` explains the first condition that is not valid, which
 * no call meets; `null` if there is none. A condition with a minus before it must not be met. After `=`, a text must be equal.
 */
export function parseCallsFilter(text) {
  const conditions = [...text.matchAll(/(-?)(?:(\w+):)?("[^"]*"?|\S+)/g)].map(callsCondition);
  return {
    passes: (row) => conditions.every(({ isMet }) => isMet(row)),
    error: conditions.find(({ error }) => error)?.error ?? null,
    showsReflection: /reflection/i.test(text),
  };
}

function callsCondition([, minus, key, quoted]) {
  const value = quoted.replaceAll('"', "").toLowerCase();
  const condition = key === undefined ? callsText(Object.values(CALLS_FILTER_TEXTS), (text) => text.includes(value)) : callsKey(key, value);
  if (minus === "" || condition.error) return condition;
  return { isMet: (row) => !condition.isMet(row) };
}

function callsText(texts, isWanted) {
  return { isMet: (row) => texts.some((of) => of(row).some((text) => isWanted(text.toLowerCase()))) };
}

function callsKey(key, value) {
  if (key in CALLS_FILTER_TEXTS) {
    const exact = value.startsWith("=") ? value.slice(1) : null;
    return callsText([CALLS_FILTER_TEXTS[key]], (text) => (exact === null ? text.includes(value) : text === exact));
  }
  if (key in CALLS_FILTER_NUMBERS) return callsNumber(key, value);
  if (key !== "is") return callsInvalid(`unknown key “${key}”`);
  const isMet = CALLS_FILTER_STATES[value];
  return isMet ? { isMet } : callsInvalid(`“is:${value}” is unknown`);
}

function callsNumber(key, value) {
  const [, sign, digits] = value.match(/^#?([<>]?)(\d+(?:\.\d+)?)$/) ?? [];
  if (digits === undefined) return callsInvalid(`“${key}:” needs a number`);
  const [of, number] = [CALLS_FILTER_NUMBERS[key], Number(digits)];
  const compare = { ">": (a) => a > number, "<": (a) => a < number, "": (a) => a === number }[sign];
  return { isMet: (row) => of(row) !== null && compare(of(row)) };
}

function callsInvalid(error) {
  return { error, isMet: () => false };
}
