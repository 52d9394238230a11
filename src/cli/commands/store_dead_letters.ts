/** The dead letters of whichever status store a configuration names, asked in a thread. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { threadResult, threadResults } from "../../runtime/threads/thread_results.ts";
import type { DeadLetterFilter } from "../../status/dead_letters.ts";
import { deadLettersSpec } from "../../threads/dead_letters/dead_letters_spec.ts";
import type { DeadLetterPage, ReplayStep } from "../../threads/dead_letters/dead_letters_thread.ts";
import { type DeadLetterChoice, type DeadLetterSource, KEPT_SHOWN_MAX } from "./dead_letter.ts";
import { parsePlace, storedDeadLetterView } from "../text/dead_letter_view.ts";

/** Errors are those of the store port: see store_answer.ts. */
export function storeDeadLetters(loaded: LoadedConfig): DeadLetterSource {
  return {
    replayed: "applied",
    async find(choice, bounds) {
      const spec = deadLettersSpec(loaded, {
        type: "read",
        query: { ...filterOf(choice), ...bounds },
      });
      const { deadLetters, count } = await threadResult<DeadLetterPage>(spec);
      return { deadLetters: deadLetters.map(storedDeadLetterView), count };
    },
    async replay(choice) {
      const result = {
        applied: 0,
        kept: [] as (ReplayStep & object)["kept"][number][],
        keptCount: 0,
      };
      const spec = deadLettersSpec(loaded, { type: "replay", filter: filterOf(choice) });
      for await (const step of threadResults<ReplayStep>(spec, { count: Infinity })) {
        if (step === "end") break;
        result.applied += step.applied;
        result.keptCount += step.kept.length;
        result.kept.push(...step.kept.slice(0, KEPT_SHOWN_MAX - result.kept.length));
      }
      return result;
    },
  };
}

/** What is no id at all is in no store, and is told as missing. */
function filterOf({ ids, reason }: DeadLetterChoice): DeadLetterFilter {
  const places = ids.map(parsePlace).filter((place) => place !== undefined);
  return {
    ...(ids.length > 0 ? { places } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
