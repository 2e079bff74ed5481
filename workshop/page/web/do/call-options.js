// The options of an operation: APIs, number of calls and connections.

import { createCallCountField } from "../frame/call-count-field.js";
import { createChoice } from "../frame/choice.js";

/** Creates the controls: `{ elements, draw, apis, read }`. `draw` updates the list of APIs. */
export function createCallOptions(store) {
  const target = createChoice("over", [["all", "all three"]]);
  const calls = createCallCountField(store, { kind: "lanes", value: 1 });
  const connection = createChoice("on", [
    ["one", "one connection"],
    ["new", "a new one for each call"],
  ]);
  const lanes = () => store.hello?.lanes ?? [];
  const apis = () => (target.value === "all" ? lanes().map(({ api }) => api) : [target.value]);
  return {
    elements: [target.element, calls.element, connection.element],
    draw: () => target.setOptions([["all", "all three"], ...lanes().map(({ api, title }) => [api, title])]),
    apis,
    read: () => ({ apis: apis(), calls: calls.read(), connection: connection.value }),
  };
}
