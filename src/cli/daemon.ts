/** What `producer`, `consumer` and `run` share: a service from a configuration, and its exit code. */
import type { LoadedConfig } from "../config/loaded_config.ts";
import { type Drain, runService, type ServiceEnd } from "../runtime/service.ts";
import type { SupervisedThread } from "../runtime/supervised_thread.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { EXIT_BUG, EXIT_CONFIG, EXIT_IO, EXIT_LOCKED, EXIT_OK } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";

/** Errors of threads that no replacement heals, and what the process answers to them. */
const FINAL_ERRORS = new Map<string | undefined, number>([
  ["OutboxLockedError", EXIT_LOCKED],
  ["OutboxRefusedError", EXIT_CONFIG],
]);
/** Errors that end the process only after a thread has met them again and again. */
const REPEATED_ERRORS = new Map<string | undefined, number>([
  ["OutboxUnavailableError", EXIT_IO],
  ["StoreUnavailableError", EXIT_IO],
  ["StoreConfigurationError", EXIT_CONFIG],
]);

/** Runs a configuration's threads until a signal, and resolves to the exit code. */
export async function runDaemon(
  loaded: LoadedConfig,
  terminal: Terminal,
  wire: (supervisor: Supervisor) => Drain,
): Promise<number> {
  const { log, listen, drain_deadline } = loaded.config;
  const format = log.format === "auto" ? (terminal.isInteractive ? "text" : "json") : log.format;
  const end = await runService({
    log: { level: log.level, format },
    ...(listen === undefined ? {} : { listen }),
    drainDeadlineMs: drain_deadline,
    secrets: loaded.secrets,
    finalErrors: new Set([...FINAL_ERRORS.keys()].filter((name) => name !== undefined)),
    writeError: (text) => terminal.writeError(text),
  }, wire);
  return exitCodeOf(end, terminal);
}

function exitCodeOf(end: ServiceEnd, terminal: Terminal): number {
  switch (end.cause) {
    case "drained":
      return EXIT_OK;
    case "listen": {
      const why = end.error instanceof Error ? end.error.message : String(end.error);
      terminal.writeError(
        `Cannot serve operators as "listen" must be a free address of this machine: ${why}; ` +
          `choose another one, or end the process that has it\n`,
      );
      return EXIT_IO;
    }
    case "fatal": {
      const { errorName, message } = end.death;
      terminal.writeError(`${message}\n`);
      return FINAL_ERRORS.get(errorName) ?? REPEATED_ERRORS.get(errorName) ?? EXIT_BUG;
    }
  }
}

/** Threads that stop together, and the share of the time left that they may take. */
export interface DrainPhase {
  readonly threads: readonly SupervisedThread[];
  readonly share: number;
}

/** Stops the threads phase by phase, in the order of the data, all within the deadline. */
export function drainInOrder(
  phases: readonly DrainPhase[],
  now: () => number = () => performance.now(),
): Drain {
  return async (deadlineMs) => {
    const endMs = now() + deadlineMs;
    for (const { threads, share } of phases) {
      const leftMs = Math.max(0, endMs - now());
      await Promise.all(threads.map((thread) => thread.stop(leftMs * share)));
    }
  };
}
