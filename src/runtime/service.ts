/**
 * The life of a daemon: start its threads, serve its operator, drain on a signal.
 *
 * A command of cli/ says which threads there are and in which order they stop.
 */
import { systemClock } from "./clock.ts";
import { describeError, logEntry } from "./log_entry.ts";
import { logger, type LogLevel, sendLogsTo, stopLogging } from "./logging.ts";
import { LogWriter } from "./log_writer.ts";
import { type OperatorServer, serveOperator } from "./operator_server.ts";
import { redactor } from "./redaction.ts";
import { type FatalDeath, Supervisor } from "./supervisor.ts";
import { VERSION } from "./version.ts";

export interface ServiceOptions {
  readonly log: { readonly level: LogLevel; readonly format: "json" | "text" };
  /** Where `/metrics`, `/healthz` and `/readyz` are served, if anywhere. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** How long a drain may take after the first signal. */
  readonly drainDeadlineMs: number;
  readonly secrets: readonly string[];
  readonly finalErrors: ReadonlySet<string>;
  readonly writeError: (text: string) => void;
}

/** Stops the threads in the order of the data, within the deadline. */
export type Drain = (deadlineMs: number) => Promise<void>;

/** How a service ended. */
export type ServiceEnd =
  | { readonly cause: "drained" }
  | { readonly cause: "fatal"; readonly death: FatalDeath }
  | { readonly cause: "listen"; readonly error: unknown };

/** After a thread died for good the others only let go of what they hold. */
const FATAL_DRAIN_MS = 2_000;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
const SIGNAL_EXIT_CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/** Runs until a signal has drained it or a thread has died for good. */
export async function runService(
  options: ServiceOptions,
  wire: (supervisor: Supervisor) => Drain,
): Promise<ServiceEnd> {
  const fatal = Promise.withResolvers<FatalDeath>();
  const redact = redactor(options.secrets);
  const writer = new LogWriter({
    format: options.log.format,
    write: options.writeError,
    redact,
    onSuppressed: () => supervisor.registry.count("sitemon_log_records_suppressed_total"),
  });
  const supervisor = new Supervisor({
    clock: systemClock,
    finalErrors: options.finalErrors,
    onLog: (entry) => writer.write(entry),
    onFatal: (death) => fatal.resolve({ ...death, message: redact(death.message) }),
  });
  await sendLogsTo((record) => writer.write(logEntry(record, "main")), options.log.level);
  supervisor.registry.set("sitemon_build_info", 1, { version: VERSION, deno: Deno.version.deno });
  let server: OperatorServer | undefined;
  try {
    server = options.listen && serveOperator(options.listen, supervisor);
  } catch (error) {
    return { cause: "listen", error };
  }
  if (server) logger("cli").info("Operators are served at {address}", { address: server.address });
  using signals = watchSignals();
  const drain = wire(supervisor);
  const death = await Promise.race([signals.first, fatal.promise]);
  await end(supervisor, { drain, options, death });
  await server?.stop();
  await stopLogging();
  return death === undefined ? { cause: "drained" } : { cause: "fatal", death };
}

async function end(
  supervisor: Supervisor,
  { drain, options, death }: {
    drain: Drain;
    options: ServiceOptions;
    death: FatalDeath | undefined;
  },
): Promise<void> {
  const drainDeadlineMs = death === undefined ? options.drainDeadlineMs : FATAL_DRAIN_MS;
  if (death !== undefined) {
    logger("supervisor").fatal("Thread {thread} died for good: {message}", { ...death });
  } else {
    logger("cli").info("Draining within {seconds} s", { seconds: drainDeadlineMs / 1_000 });
  }
  try {
    await drain(drainDeadlineMs);
  } catch (error) {
    logger("cli").error("Cannot drain in order: {error}", { error: describeError(error) });
  }
  await supervisor.stop(0);
}

/** The first signal resolves `first`; the second ends the process at once. */
function watchSignals(): Disposable & { first: Promise<undefined> } {
  const first = Promise.withResolvers<undefined>();
  let seen = false;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      // Safe at any instant: what is stored is committed, and nothing else is promised.
      if (seen) Deno.exit(SIGNAL_EXIT_CODES[signal]);
      seen = true;
      first.resolve(undefined);
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    first: first.promise,
    [Symbol.dispose]() {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
