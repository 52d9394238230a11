/** The dead letters of an outbox file: rows that were too large for their receiver. */
import { readDeadLetters, requeueDeadLetters } from "../../outbox/dead_letters.ts";
import type { LetterChoice, Letters } from "./dead_letter.ts";
import { outboxLetterView } from "../text/dead_letter_view.ts";

/** Errors are those of the outbox: see outbox_answer.ts. */
export function outboxLetters(path: string): Letters {
  const meant = ({ ids, reason }: LetterChoice) =>
    readDeadLetters(path).filter((letter) =>
      (ids.length === 0 || ids.includes(`${letter.id}`)) &&
      (reason === undefined || letter.reason === reason)
    );
  return {
    replayed: "put back into the queue",
    find(choice, { limit, valueBytesMax }) {
      return Promise.try(() => {
        const found = meant(choice);
        const letters = found.slice(0, limit)
          .map((letter) => outboxLetterView(letter, valueBytesMax));
        return { letters, count: found.length };
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
