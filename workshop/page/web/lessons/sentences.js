// Sentences on several APIs.

import { groupsOf } from "../recording/connections.js";
import { listText } from "../recording/numbers.js";

/** A sentence for each API, or one for all of them where it is the same: `REST, GraphQL and gRPC: …`. */
export function togetherText(apis, sentence) {
  return groupsOf(apis, sentence).map(
    ([says, alike]) => `${listText(alike.map(({ title }) => title))}: ${says}`,
  );
}
