/** The dead letters of an outbox file: rows that were too large for their receiver. */
import { readDeadLetters, requeueDeadLetters } from "../../outbox/dead_letters.ts";
import type { DeadLetterChoice, DeadLetterSource } from "./dead_letter.ts";
import { outboxDeadLetterView } from "../text/dead_letter_view.ts";

/** Errors are those of the outbox: see outbox_answer.ts. */
export function outboxDeadLetters(path: string): DeadLetterSource {
  const meant = ({ ids, reason }: DeadLetterChoice) =>
    readDeadLetters(path).filter((deadLetter) =>
      (ids.length === 0 || ids.includes(`${deadLetter.id}`)) &&
      (reason === undefined || deadLetter.reason === reason)
    );
  return {
    replayed: "put back into the queue",
    find(choice, { limit, valueBytesMax }) {
      return Promise.try(() => {
        const found = meant(choice);
        const deadLetters = found.slice(0, limit)
          .map((deadLetter) => outboxDeadLetterView(deadLetter, valueBytesMax));
        return { deadLetters, count: found.length };
      });
    },
    replay(choice) {
      return Promise.try(() => {
        const ids = meant(choice).map(({ id }) => id);
        return { applied: requeueDeadLetters(path, ids), kept: [], keptCount: 0 };
      });
    },
  };
}
