/** `sitemon dead-letter list|show|replay`: what could not be applied, and another try at it. */
import type { ReplayFailure } from "../../status/dead_letters.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import {
  deadLetterJson,
  deadLettersTable,
  deadLetterText,
  type DeadLetterView,
  placeText,
} from "../text/dead_letter_view.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

/** Bytes of a message that `show` prints: for a person, and as JSON. */
export const SHOWN_BYTES_MAX = 4_096;
export const JSON_BYTES_MAX = 65_536;
/** Dead letters that stay of which a replay says why; all of them are in the list afterwards. */
export const KEPT_SHOWN_MAX = 100;

/** Dead letters that one id may name: the places of a topic that was made again come anew. */
const DEAD_LETTERS_OF_ID_MAX = 100;

/** Which dead letters a command is about. */
export interface DeadLetterChoice {
  /** By their ids; all of them when there is none. */
  readonly ids: readonly string[];
  readonly reason?: string;
}

/** Some dead letters, of as many as the choice means. */
export interface FoundDeadLetters {
  readonly deadLetters: readonly DeadLetterView[];
  readonly count: number;
}

/** What became of dead letters that were replayed. */
export interface ReplayResult {
  readonly applied: number;
  readonly kept: readonly ReplayFailure[];
  /** How many were kept, also those that are not named. */
  readonly keptCount: number;
}

/** Where the dead letters are: a status store, or an outbox. Errors have their own sentences. */
export interface DeadLetterSource {
  /** At most `limit`, each with at most `valueBytesMax` bytes of its message. */
  find(
    choice: DeadLetterChoice,
    bounds: { readonly limit: number; readonly valueBytesMax: number },
  ): Promise<FoundDeadLetters>;
  replay(choice: DeadLetterChoice): Promise<ReplayResult>;
  /** What a replay does to a dead letter, for its last line: `applied`. */
  readonly replayed: string;
}

export interface DeadLetterOptions extends DeadLetterChoice {
  readonly deadLetters: DeadLetterSource;
  /** One object a line. */
  readonly json: boolean;
  readonly limit: number;
}

/** Prints a line for each, and resolves to the exit code. */
export async function listDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { deadLetters, json, limit } = options;
  const found = await deadLetters.find(options, { limit, valueBytesMax: 0 });
  if (json) {
    for (const deadLetter of found.deadLetters) {
      terminal.write(`${deadLetterJson(deadLetter, false)}\n`);
    }
  } else if (found.deadLetters.length > 0) {
    terminal.write(deadLettersTable(found.deadLetters, terminal.columns));
  }
  tellRest(found, terminal);
  return EXIT_OK;
}

/** Prints all that is known of each; 1 when one that was asked for is not there. */
export async function showDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { deadLetters, json, limit, ids } = options;
  const valueBytesMax = json ? JSON_BYTES_MAX : SHOWN_BYTES_MAX;
  const found = await deadLetters.find(options, { limit, valueBytesMax });
  const texts = found.deadLetters.map((deadLetter) =>
    json ? `${deadLetterJson(deadLetter, true)}\n` : deadLetterText(deadLetter)
  );
  terminal.write(texts.join(json ? "" : "\n"));
  tellRest(found, terminal);
  return tellMissing(ids, found.deadLetters, terminal) ? EXIT_NOT_UP : EXIT_OK;
}

/** Takes them through the ingest again; 1 when one of them stays. */
export async function replayDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { deadLetters, json, ids } = options;
  const named = ids.length > 0
    ? await deadLetters.find(options, {
      limit: ids.length * DEAD_LETTERS_OF_ID_MAX,
      valueBytesMax: 0,
    })
    : undefined;
  const isMissing = named !== undefined && tellMissing(ids, named.deadLetters, terminal);
  const { applied, kept, keptCount } = await deadLetters.replay(options);
  for (const verdict of kept) {
    const id = placeText(verdict);
    const { reason, detail } = verdict;
    terminal.writeError(`${printable(`${id} stays as ${reason}: ${detail}`)}\n`);
  }
  if (json) terminal.write(`${printableJson({ applied, kept: keptCount })}\n`);
  else terminal.write(`${deadLetters.replayed}: ${applied}, kept: ${keptCount}\n`);
  return keptCount > 0 || isMissing ? EXIT_NOT_UP : EXIT_OK;
}

function tellRest({ deadLetters, count }: FoundDeadLetters, terminal: Terminal): void {
  if (count === 0) terminal.writeError("no dead letters\n");
  else if (count > deadLetters.length) {
    terminal.writeError(`${deadLetters.length} of ${count} dead letters; --limit shows more\n`);
  }
}

function tellMissing(
  ids: readonly string[],
  deadLetters: readonly DeadLetterView[],
  terminal: Terminal,
): boolean {
  const missing = ids.filter((wanted) => !deadLetters.some(({ id }) => id === wanted));
  for (const id of missing) {
    terminal.writeError(
      `Cannot find dead letter "${printable(id)}" as it must be in the list: it is not; ` +
        'see "sitemon dead-letter list"\n',
    );
  }
  return missing.length > 0;
}
