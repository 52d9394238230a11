/** `sitemon outbox drain`: publishes what an outbox holds, now, in a thread, and shows how it goes. */
import { readStats } from "../../outbox/outbox_stats.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { ThreadDiedError, threadResults } from "../../runtime/threads/thread_results.ts";
import type { DrainSetup, DrainStep } from "../../threads/drain/drain_thread.ts";
import { EXIT_CONFIG, EXIT_IO, EXIT_LOCKED, EXIT_OK } from "../exit_code.ts";
import { outboxAnswer } from "./outbox_answer.ts";
import { Progress } from "../text/progress.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable } from "../text/terminal_text.ts";

/** Exit codes by the errors that the thread may die of. Any other is a fault in sitemon. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  OutboxLockedError: EXIT_LOCKED,
  OutboxRefusedError: EXIT_CONFIG,
  OutboxUnavailableError: EXIT_IO,
  StoreConfigurationError: EXIT_CONFIG,
  StoreUnavailableError: EXIT_IO,
};

/** Resolves to the exit code: 0 when no row is left, 74 when some are. */
export function outboxDrain(spec: ThreadSpec<DrainSetup>, terminal: Terminal): Promise<number> {
  const { path } = spec.setup.outbox;
  return outboxAnswer({ path, terminal }, async () => {
    const before = readStats(path);
    const progress = new Progress({
      total: before.rows,
      unit: "rows",
      terminal,
      clock: systemClock,
    });
    try {
      const { end, trouble } = await follow(spec, { rows: before.rows, progress });
      progress.clear();
      const dead = end.deadLetters - before.deadLetters;
      if (dead > 0) {
        terminal.writeError(
          `${dead} rows are too large for the receiver; see "sitemon dead-letter list"\n`,
        );
      }
      const problem = problemOf(path, { end, trouble, producerId: before.producerId });
      if (problem === undefined) {
        terminal.write(`Published ${before.rows - dead} rows; the outbox is empty\n`);
        return EXIT_OK;
      }
      terminal.writeError(`${printable(problem)}\n`);
      return EXIT_IO;
    } catch (error) {
      progress.clear();
      return exitCodeOf(error, terminal);
    }
  });
}

type End = DrainStep & { type: "end" };

async function follow(
  spec: ThreadSpec<DrainSetup>,
  { rows, progress }: { readonly rows: number; readonly progress: Progress },
): Promise<{ end: End; trouble: string | undefined }> {
  let trouble: string | undefined;
  for await (const step of threadResults<DrainStep>(spec, { count: Infinity })) {
    if (step.type === "end") return { end: step, trouble };
    if (step.type === "progress") progress.update(rows - step.rows);
    else if (step.detail !== trouble) {
      trouble = step.detail;
      progress.line(printable(trouble));
    }
  }
  throw new Error("unreachable: a thread went on without an end");
}

function problemOf(
  path: string,
  { end, trouble, producerId }: {
    readonly end: End;
    readonly trouble: string | undefined;
    readonly producerId: string;
  },
): string | undefined {
  if (end.producerId !== producerId) {
    return `Cannot publish outbox "${path}" as its pages must be sound: it was moved aside, into a ` +
      `folder beside it; read it with "sitemon outbox export --path"`;
  }
  if (end.rows === 0) return undefined;
  return `Cannot publish all of outbox "${path}" as the receiver must take every row: ` +
    `${end.rows} are left; ${trouble ?? "try again when the receiver is reachable"}`;
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  const code = error instanceof ThreadDiedError ? EXIT_CODES[error.errorName ?? ""] : undefined;
  if (code === undefined) throw error;
  terminal.writeError(`${(error as Error).message}\n`);
  return code;
}
