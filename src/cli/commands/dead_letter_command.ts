/** Composes `sitemon dead-letter`: where the dead letters of a configuration are. */
import type { DeadLetterOptions } from "./dead_letter.ts";
import { EXIT_USAGE } from "../exit_code.ts";
import { loadFile, withOutbox } from "../load_file.ts";
import { outboxAnswer } from "./outbox_answer.ts";
import { outboxDeadLetters } from "./outbox_dead_letters.ts";
import { storeAnswer } from "./store_answer.ts";
import { storeDeadLetters } from "./store_dead_letters.ts";
import type { Terminal } from "../text/terminal.ts";

export interface DeadLetterCommandOptions {
  readonly config: string;
  readonly ids: readonly string[];
  readonly reason?: string;
  readonly json?: boolean;
  /** A whole number, as it was written. */
  readonly limit?: string;
  /** Of a configuration with both: the outbox in place of PostgreSQL. */
  readonly outbox?: boolean;
  /** Another outbox file. */
  readonly path?: string;
}

/** Dead letters that are listed unless told: pages of them, and well below what a thread may hand over. */
const LIMIT_DEFAULT = 1_000;

/** Runs one of the three on the dead letters of the outbox or of the store; resolves to the exit code. */
export async function deadLetterCommand(
  { config: file, ids, reason, json = false, limit, outbox = false, path }:
    DeadLetterCommandOptions,
  run: (options: DeadLetterOptions, terminal: Terminal) => Promise<number>,
  terminal: Terminal,
): Promise<number> {
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) {
    terminal.writeError(
      `Cannot use "--limit" as it must be a whole number from 1 to 999999: it is "${limit}"\n`,
    );
    return EXIT_USAGE;
  }
  const loaded = withOutbox(loadFile(file, { terminal }), path);
  const { kafka, postgres } = loaded.config;
  const options = {
    ids,
    json,
    limit: Number(limit ?? LIMIT_DEFAULT),
    ...(reason === undefined ? {} : { reason }),
  };
  const isProducers = kafka !== undefined && postgres === undefined;
  if (isProducers || outbox || path !== undefined) {
    const answer = { path: loaded.config.outbox.path, terminal };
    const deadLetters = outboxDeadLetters(answer.path);
    return await outboxAnswer(answer, () => run({ ...options, deadLetters }, terminal));
  }
  const deadLetters = storeDeadLetters(loaded);
  return await storeAnswer(terminal, () => run({ ...options, deadLetters }, terminal));
}
