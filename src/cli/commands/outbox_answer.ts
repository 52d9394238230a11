/** What a command says when the outbox that it asked did not answer. */
import {
  OutboxLockedError,
  OutboxRefusedError,
  OutboxUnavailableError,
} from "../../outbox/outbox_error.ts";
import { EXIT_CONFIG, EXIT_IO, EXIT_LOCKED } from "../exit_code.ts";
import type { Terminal } from "../text/terminal.ts";

export interface OutboxAnswerOptions {
  /** Of the outbox. */
  readonly path: string;
  readonly terminal: Terminal;
}

/** Resolves to what `ask` does, or to the exit code of its error, of which it prints one sentence. */
export async function outboxAnswer(
  { path, terminal }: OutboxAnswerOptions,
  ask: () => number | Promise<number>,
): Promise<number> {
  try {
    return await ask();
  } catch (error) {
    const { code, sentence } = explain(error, path);
    terminal.writeError(`${sentence}\n`);
    return code;
  }
}

function explain(error: unknown, path: string): { code: number; sentence: string } {
  if (error instanceof Deno.errors.NotFound) {
    const sentence =
      `Cannot read outbox "${path}" as a producer must have made it: there is none; ` +
      `start the producer once, or see "outbox.path"`;
    return { code: EXIT_IO, sentence };
  }
  if (error instanceof OutboxLockedError) return { code: EXIT_LOCKED, sentence: error.message };
  if (error instanceof OutboxRefusedError) return { code: EXIT_CONFIG, sentence: error.message };
  if (error instanceof OutboxUnavailableError) return { code: EXIT_IO, sentence: error.message };
  throw error;
}
