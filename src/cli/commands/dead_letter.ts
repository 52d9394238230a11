/** `sitemon dead-letter list|show|replay`: what could not be applied, and another try at it. */
import type { LetterVerdict } from "../../status/dead_letters.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import {
  letterJson,
  lettersTable,
  letterText,
  type LetterView,
  placeText,
} from "../text/dead_letter_view.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

/** Bytes of a message that `show` prints: for a person, and as JSON. */
export const SHOWN_BYTES_MAX = 4_096;
export const JSON_BYTES_MAX = 65_536;
/** Letters that stay of which a replay says why; all of them are in the list afterwards. */
export const KEPT_SHOWN_MAX = 100;

/** Letters that one id may name: the places of a topic that was made again come anew. */
const LETTERS_OF_ID_MAX = 100;

/** Which letters a command is about. */
export interface LetterChoice {
  /** By their ids; all of them when there is none. */
  readonly ids: readonly string[];
  readonly reason?: string;
}

/** Some letters, of as many as the choice means. */
export interface FoundLetters {
  readonly letters: readonly LetterView[];
  readonly count: number;
}

/** What became of letters that were replayed. */
export interface ReplayResult {
  readonly applied: number;
  readonly kept: readonly LetterVerdict[];
  /** How many were kept, also those that are not named. */
  readonly keptCount: number;
}

/** Where the letters are: a status store, or an outbox. Errors have their own sentences. */
export interface Letters {
  /** At most `limit`, each with at most `valueBytesMax` bytes of its message. */
  find(
    choice: LetterChoice,
    bounds: { readonly limit: number; readonly valueBytesMax: number },
  ): Promise<FoundLetters>;
  replay(choice: LetterChoice): Promise<ReplayResult>;
  /** What a replay does to a letter, for its last line: `applied`. */
  readonly replayed: string;
}

export interface LetterOptions extends LetterChoice {
  readonly letters: Letters;
  /** One object a line. */
  readonly json: boolean;
  readonly limit: number;
}

/** Prints a line for each, and resolves to the exit code. */
export async function listLetters(options: LetterOptions, terminal: Terminal): Promise<number> {
  const { letters, json, limit } = options;
  const found = await letters.find(options, { limit, valueBytesMax: 0 });
  if (json) {
    for (const letter of found.letters) {
      terminal.write(`${letterJson(letter, false)}\n`);
    }
  } else if (found.letters.length > 0) {
    terminal.write(lettersTable(found.letters, terminal.columns));
  }
  tellRest(found, terminal);
  return EXIT_OK;
}

/** Prints all that is known of each; 1 when one that was asked for is not there. */
export async function showLetters(options: LetterOptions, terminal: Terminal): Promise<number> {
  const { letters, json, limit, ids } = options;
  const valueBytesMax = json ? JSON_BYTES_MAX : SHOWN_BYTES_MAX;
  const found = await letters.find(options, { limit, valueBytesMax });
  const texts = found.letters.map((letter) =>
    json ? `${letterJson(letter, true)}\n` : letterText(letter)
  );
  terminal.write(texts.join(json ? "" : "\n"));
  tellRest(found, terminal);
  return tellMissing(ids, found.letters, terminal) ? EXIT_NOT_UP : EXIT_OK;
}

/** Takes them through the ingest again; 1 when one of them stays. */
export async function replayLetters(options: LetterOptions, terminal: Terminal): Promise<number> {
  const { letters, json, ids } = options;
  const named = ids.length > 0
    ? await letters.find(options, { limit: ids.length * LETTERS_OF_ID_MAX, valueBytesMax: 0 })
    : undefined;
  const isMissing = named !== undefined && tellMissing(ids, named.letters, terminal);
  const { applied, kept, keptCount } = await letters.replay(options);
  for (const verdict of kept) {
    const id = placeText(verdict);
    const { reason, detail } = verdict;
    terminal.writeError(`${printable(`${id} stays as ${reason}: ${detail}`)}\n`);
  }
  if (json) terminal.write(`${printableJson({ applied, kept: keptCount })}\n`);
  else terminal.write(`${letters.replayed}: ${applied}, kept: ${keptCount}\n`);
  return keptCount > 0 || isMissing ? EXIT_NOT_UP : EXIT_OK;
}

function tellRest({ letters, count }: FoundLetters, terminal: Terminal): void {
  if (count === 0) terminal.writeError("There is no dead letter\n");
  else if (count > letters.length) {
    terminal.writeError(`${letters.length} of ${count} dead letters; --limit shows more\n`);
  }
}

function tellMissing(
  ids: readonly string[],
  letters: readonly LetterView[],
  terminal: Terminal,
): boolean {
  const missing = ids.filter((wanted) => !letters.some(({ id }) => id === wanted));
  for (const id of missing) {
    terminal.writeError(
      `Cannot find dead letter "${printable(id)}" as it must be in the list: it is not; ` +
        'see "sitemon dead-letter list"\n',
    );
  }
  return missing.length > 0;
}
