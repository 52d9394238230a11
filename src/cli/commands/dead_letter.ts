/** `sitemon dead-letter list|show|replay`: messages that could not be applied, and another try. */
import { readDeadLetters, requeueDeadLetters } from "../../outbox/dead_letters.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { threadResult, threadResults } from "../../runtime/threads/thread_results.ts";
import type { DeadLetterFilter, ReplayFailure } from "../../status/dead_letters.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import type { DeadLetterPage, ReplayStep } from "../../threads/store_task/store_task_thread.ts";
import {
  type ConfigOptions,
  type DefineCommand,
  withConfig,
  withOutboxPath,
} from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "../exit_code.ts";
import { loadFile, withOutbox } from "../load_file.ts";
import {
  deadLetterJson,
  deadLettersTable,
  deadLetterText,
  type DeadLetterView,
  outboxDeadLetterView,
  parsePlace,
  placeText,
  storedDeadLetterView,
} from "../text/dead_letter_view.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) => {
  command.description(
    "Shows and replays dead letters: those in the store (PostgreSQL's, or that of sitemon run), or " +
      "in a producer's outbox.",
  );
  const add = (name: string, description: string) =>
    withOutboxPath(withConfig(command.command(name), "consumer", "run", "producer"))
      .description(description)
      .option("--reason <reason>", "only dead letters with this reason")
      .option("--json", "print JSON")
      .option("--outbox", "those in the outbox, if the configuration has PostgreSQL too");
  const run = (subcommand: Subcommand, ids: string[], options: CommandOptions) =>
    exit(runOnSource(subcommand, { ...options, ids }, terminal));
  add("list", "Prints one line per dead letter.")
    .option("--limit <number>", "print at most this many")
    .action((options) => run(listDeadLetters, [], options));
  add("show", "Prints dead letters in full, with their bytes.")
    .argument("[ids...]", "IDs (default: all)")
    .option("--limit <number>", "print at most this many")
    .action((ids, options) => run(showDeadLetters, ids, options));
  add("replay", "Applies dead letters that can be applied now; exits 1 when any remain.")
    .argument("[ids...]", "IDs (default: all)")
    .action((ids, options) => run(replayDeadLetters, ids, options));
};

type Subcommand = (options: DeadLetterOptions, terminal: Terminal) => Promise<number>;

interface CommandOptions extends ConfigOptions {
  readonly reason?: string;
  readonly json?: boolean;
  readonly limit?: string;
  readonly outbox?: boolean;
  readonly path?: string;
}

/** So many fit easily into one answer of a thread. */
const LIMIT_DEFAULT = 1_000;
/** Bytes of a message that `show` prints: for a person, and as JSON. */
export const SHOWN_BYTES_MAX = 4_096;
const JSON_BYTES_MAX = 65_536;
/** Failures that a replay explains; `list` has all of them afterwards. */
const FAILURES_SHOWN_MAX = 100;
/** Dead letters with one id: a topic that was created anew counts its offsets from 0 again. */
const DEAD_LETTERS_OF_ID_MAX = 100;

async function runOnSource(
  subcommand: Subcommand,
  { ids, reason, json = false, limit, outbox = false, path, ...options }:
    & CommandOptions
    & { readonly ids: readonly string[] },
  terminal: Terminal,
): Promise<number> {
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) {
    throw new UsageError(`invalid --limit: "${limit}" is not a whole number from 1 to 999999`);
  }
  const loaded = withOutbox(loadFile(options, { terminal }), path);
  const { kafka, postgres } = loaded.config;
  const isProducers = kafka !== undefined && postgres === undefined;
  const usesOutbox = isProducers || outbox || path !== undefined;
  return await subcommand({
    ids,
    json,
    limit: Number(limit ?? LIMIT_DEFAULT),
    ...(reason === undefined ? {} : { reason }),
    source: usesOutbox ? outboxDeadLetters(loaded.config.outbox.path) : storeDeadLetters(loaded),
  }, terminal);
}

/** Which dead letters a command is about. */
export interface DeadLetterChoice {
  /** All of them when empty. */
  readonly ids: readonly string[];
  readonly reason?: string;
}

/** Some dead letters, of as many as match. */
export interface FoundDeadLetters {
  readonly deadLetters: readonly DeadLetterView[];
  readonly count: number;
}

export interface ReplayResult {
  readonly applied: number;
  /** The first that could not be applied. */
  readonly failures: readonly ReplayFailure[];
  readonly failureCount: number;
}

/** Where the dead letters are: a status store, or an outbox. Rejects with the errors of these. */
export interface DeadLetterSource {
  /** At most `limit`, each with at most `valueBytesMax` bytes of its message. */
  find(
    choice: DeadLetterChoice,
    bounds: { readonly limit: number; readonly valueBytesMax: number },
  ): Promise<FoundDeadLetters>;
  replay(choice: DeadLetterChoice): Promise<ReplayResult>;
  /** What a replay does with a dead letter, for its last line: `applied`. */
  readonly replayed: string;
}

export interface DeadLetterOptions extends DeadLetterChoice {
  readonly source: DeadLetterSource;
  /** One object a line. */
  readonly json: boolean;
  readonly limit: number;
}

/** Prints a line for each, and resolves to the exit code. */
export async function listDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { source, json, limit } = options;
  const found = await source.find(options, { limit, valueBytesMax: 0 });
  if (json) {
    for (const one of found.deadLetters) terminal.write(`${deadLetterJson(one, false)}\n`);
  } else if (found.deadLetters.length > 0) {
    terminal.write(deadLettersTable(found.deadLetters, terminal.columns));
  }
  reportRest(found, terminal);
  return EXIT_OK;
}

/** Prints all that is known of each; 1 when one that was asked for is not there. */
export async function showDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { source, json, limit, ids } = options;
  const valueBytesMax = json ? JSON_BYTES_MAX : SHOWN_BYTES_MAX;
  const found = await source.find(options, { limit, valueBytesMax });
  const texts = found.deadLetters.map((one) =>
    json ? `${deadLetterJson(one, true)}\n` : deadLetterText(one)
  );
  terminal.write(texts.join(json ? "" : "\n"));
  reportRest(found, terminal);
  return reportMissing(ids, found.deadLetters, terminal) ? EXIT_NOT_UP : EXIT_OK;
}

/** Applies them again; 1 when one of them remains, or is not there. */
export async function replayDeadLetters(
  options: DeadLetterOptions,
  terminal: Terminal,
): Promise<number> {
  const { source, json, ids } = options;
  const bounds = { limit: ids.length * DEAD_LETTERS_OF_ID_MAX, valueBytesMax: 0 };
  const named = ids.length > 0 ? (await source.find(options, bounds)).deadLetters : [];
  const isMissing = reportMissing(ids, named, terminal);
  const { applied, failures, failureCount } = await source.replay(options);
  for (const failure of failures) {
    const text = `${placeText(failure)} cannot be applied (${failure.reason}): ${failure.detail}`;
    terminal.writeError(`${printable(text)}\n`);
  }
  if (json) terminal.write(`${printableJson({ applied, remaining: failureCount })}\n`);
  else terminal.write(`${source.replayed}: ${applied}, remaining: ${failureCount}\n`);
  return failureCount > 0 || isMissing ? EXIT_NOT_UP : EXIT_OK;
}

function reportRest({ deadLetters, count }: FoundDeadLetters, terminal: Terminal): void {
  if (count === 0) terminal.writeError("No dead letters\n");
  else if (count > deadLetters.length) {
    terminal.writeError(`${deadLetters.length} of ${count} dead letters; --limit shows more\n`);
  }
}

function reportMissing(
  ids: readonly string[],
  deadLetters: readonly DeadLetterView[],
  terminal: Terminal,
): boolean {
  const missing = ids.filter((wanted) => !deadLetters.some(({ id }) => id === wanted));
  for (const id of missing) {
    terminal.writeError(
      `no such dead letter: "${printable(id)}"; "sitemon dead-letter list" lists the IDs\n`,
    );
  }
  return missing.length > 0;
}

/** Rows of an outbox file that were too large for their receiver. */
export function outboxDeadLetters(path: string): DeadLetterSource {
  const matching = ({ ids, reason }: DeadLetterChoice) =>
    readDeadLetters(path).filter((one) =>
      (ids.length === 0 || ids.includes(`${one.id}`)) &&
      (reason === undefined || one.reason === reason)
    );
  return {
    replayed: "put back into the queue",
    find: (choice, { limit, valueBytesMax }) =>
      Promise.try(() => {
        const found = matching(choice);
        const deadLetters = found.slice(0, limit)
          .map((one) => outboxDeadLetterView(one, valueBytesMax));
        return { deadLetters, count: found.length };
      }),
    replay: (choice) =>
      Promise.try(() => {
        const ids = matching(choice).map(({ id }) => id);
        return { applied: requeueDeadLetters(path, ids), failures: [], failureCount: 0 };
      }),
  };
}

/** Those of the status store that the configuration names, read in a thread. */
function storeDeadLetters(loaded: LoadedConfig): DeadLetterSource {
  return {
    replayed: "applied",
    async find(choice, bounds) {
      const query = { ...filterOf(choice), ...bounds };
      const spec = storeTaskSpec(loaded, { type: "dead_letters", query });
      const { deadLetters, count } = await threadResult<DeadLetterPage>(spec);
      return { deadLetters: deadLetters.map(storedDeadLetterView), count };
    },
    async replay(choice) {
      const failures: ReplayFailure[] = [];
      let [applied, failureCount] = [0, 0];
      const spec = storeTaskSpec(loaded, { type: "replay", filter: filterOf(choice) });
      for await (const step of threadResults<ReplayStep>(spec, { count: Infinity })) {
        if (step === "end") break;
        applied += step.applied;
        failureCount += step.kept.length;
        failures.push(...step.kept.slice(0, FAILURES_SHOWN_MAX - failures.length));
      }
      return { applied, failures, failureCount };
    },
  };
}

/** An ID that is not a place matches nothing, and is reported as missing. */
function filterOf({ ids, reason }: DeadLetterChoice): DeadLetterFilter {
  const places = ids.map(parsePlace).filter((place) => place !== undefined);
  return {
    ...(ids.length > 0 ? { places } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
