// Sentences about several APIs.

import { groupBy } from "../../recording/connections.js";
import { listText } from "../../recording/numbers.js";

/** Returns a sentence for each API, and one for all APIs with the same sentence: `REST, GraphQL and gRPC: …`. */
export function sentencePerApi(apis, sentence) {
  return groupBy(apis, sentence).map(
    ([text, group]) => `${listText(group.map(({ title }) => title))}: ${text}`,
  );
}
