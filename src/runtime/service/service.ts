/** The life of a daemon: start its threads, serve metrics and health, reload on SIGHUP, stop on SIGTERM. */
import { systemClock } from "../clock.ts";
import { ThreadSet } from "../threads/thread_set.ts";
import { describeError, logEntry } from "../telemetry/log_entry.ts";
import { logger, type LogLevels, sendLogsTo, stopLogging } from "../telemetry/logging.ts";
import { LogWriter } from "../telemetry/log_writer.ts";
import { listenProblem } from "../http/listening.ts";
import { missingPermissions } from "../threads/missing_permissions.ts";
import { type NotifyAddress, notifyAddress } from "./notify_socket.ts";
import { serveOperator } from "../telemetry/operator_server.ts";
import { redactor } from "../telemetry/redaction.ts";
import { Reloader, type ReloaderOptions, type ServiceSettings } from "./reloader.ts";
import { ServiceManager } from "./service_manager.ts";
import type { ThreadSpec } from "../threads/supervised_thread.ts";
import { type FatalDeath, Supervisor } from "../threads/supervisor.ts";
import { VERSION } from "../version.ts";

/** What a service does, as a log line with its values. */
export interface StartLine {
  readonly message: string;
  readonly properties: Readonly<Record<string, string | number | undefined>>;
}

export interface ServiceOptions {
  readonly startLine: StartLine;
  /** Why less runs at once than is configured, if so. */
  readonly limitation?: string;
  readonly logFormat: "json" | "text";
  /** Where `/metrics`, `/healthz` and `/readyz` are served, if anywhere. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Once every thread runs, main drops its network permission: nothing can be started after that. */
  readonly isStrict: boolean;
  readonly finalErrors: ReadonlySet<string>;
  readonly env: (name: string) => string | undefined;
  readonly notifySpec: (address: NotifyAddress, logLevels: LogLevels) => ThreadSpec;
  readonly writeError: (text: string) => void;
  readonly reload: ReloaderOptions["reload"];
}

export type ServiceEnd =
  | { readonly cause: "drained" }
  | { readonly cause: "fatal"; readonly death: FatalDeath }
  /** With the address, why, and what to do. */
  | { readonly cause: "listen"; readonly problem: string };

/** After a thread failed permanently, the others only release what they hold. */
const FATAL_DRAIN_MS = 2_000;
/** For a scrape that is being answered. */
const OPERATOR_GRACE_MS = 500;
/** With their exit codes, which by a shell's convention are 128 and the signal's number. */
const SIGNALS = [["SIGTERM", 143], ["SIGINT", 130]] as const;

/** Runs until a signal has stopped it or a thread has failed permanently. */
export async function runService(
  settings: ServiceSettings,
  options: ServiceOptions,
): Promise<ServiceEnd> {
  const fatal = Promise.withResolvers<FatalDeath>();
  let redact = redactor(settings.secrets);
  const writer = new LogWriter({
    format: options.logFormat,
    write: options.writeError,
    redact: (text) => redact(text),
    onSuppressed: () => supervisor.registry.count("sitemon_log_records_suppressed_total"),
  });
  const writeLogs = (levels: LogLevels) =>
    sendLogsTo((record) => writer.write(logEntry(record, "main")), levels);
  const supervisor = new Supervisor({
    clock: systemClock,
    finalErrors: options.finalErrors,
    onLog: (entry) => writer.write(entry),
    onAllRunning: () => {
      manager?.ready();
      if (options.isStrict) dropNetworkPermission(supervisor);
    },
    onFatal: ({ description, ...death }) =>
      fatal.resolve({
        ...death,
        message: redact(death.message),
        ...(description === undefined ? {} : { description: redact(description) }),
      }),
  });
  await writeLogs(settings.logLevels);
  supervisor.registry.set("sitemon_process_start_time_seconds", performance.timeOrigin / 1_000);
  supervisor.registry.set("sitemon_build_info", 1, { version: VERSION, deno: Deno.version.deno });
  let server: ReturnType<typeof serveOperator> | undefined;
  try {
    server = options.listen && serveOperator(options.listen, supervisor);
  } catch (error) {
    return { cause: "listen", problem: listenProblem(options.listen!, error) };
  }
  logStart(options.startLine, server?.address);
  const { limitation } = options;
  if (limitation !== undefined) logger("cli").warn("{limitation}", { limitation });
  using signals = watchSignals();
  using manager = serviceManager(supervisor, { settings, options });
  const threadSet = new ThreadSet(settings.plan, { supervisor, clock: systemClock });
  using reloader = new Reloader(settings, {
    threadSet,
    supervisor,
    reload: options.reload,
    ...(manager === undefined ? {} : { manager }),
    async onApplied({ secrets, logLevels }) {
      redact = redactor(secrets);
      await writeLogs(logLevels);
    },
  });
  const death = await Promise.race([signals.first, fatal.promise]);
  manager?.stopping();
  await stopThreads(threadSet, { death, timeoutMs: reloader.settings.shutdownTimeoutMs });
  await supervisor.stop(0);
  await server?.stop(OPERATOR_GRACE_MS);
  await stopLogging();
  return death === undefined ? { cause: "drained" } : { cause: "fatal", death };
}

/** Where it listens is known only now: the port may be any free one. */
function logStart({ message, properties }: StartLine, address: string | undefined): void {
  const listening = address === undefined ? "" : "; metrics and health on {address}";
  const all = Object.entries({ version: VERSION, ...properties, address });
  const known = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  logger("cli").info(`sitemon {version} started: ${message}${listening}`, known);
}

/** The service manager that wants to be notified, if any. */
function serviceManager(
  supervisor: Supervisor,
  { settings, options }: { settings: ServiceSettings; options: ServiceOptions },
): ServiceManager | undefined {
  const address = notifyAddress({ env: options.env, pid: Deno.pid });
  if (address === undefined) return undefined;
  const spec = options.notifySpec(address, settings.logLevels);
  const missing = missingPermissions([spec]);
  if (missing.length > 0) {
    logger("supervisor").warn(
      "not notifying the service manager: no permission for {missing}; " +
        "set Type=exec in the unit, without WatchdogSec",
      { missing: missing.join(", ") },
    );
    return undefined;
  }
  return new ServiceManager({ ...address, spec, supervisor, clock: systemClock, uptimeSeconds });
}

function uptimeSeconds(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "osUptime" });
  return state === "granted" ? Deno.osUptime() : undefined;
}

/** Open listeners and running threads keep working; no new address can be reached. */
function dropNetworkPermission(supervisor: Supervisor): void {
  if (supervisor.isSealed) return;
  Deno.permissions.revokeSync({ name: "net" });
  supervisor.isSealed = true;
  logger("supervisor").info("all threads are running; main thread dropped its network permission");
}

async function stopThreads(
  threadSet: ThreadSet,
  { death, timeoutMs }: { death: FatalDeath | undefined; timeoutMs: number },
): Promise<void> {
  const deadlineMs = death === undefined ? timeoutMs : FATAL_DRAIN_MS;
  if (death === undefined) {
    logger("cli").info("stopping; up to {seconds} s to finish", { seconds: deadlineMs / 1_000 });
  } else {
    const message = "stopping: thread {thread} failed permanently: {message}";
    logger("supervisor").fatal(message, { ...death });
  }
  try {
    await threadSet.drain(deadlineMs);
    if (death === undefined) logger("cli").info("stopped");
  } catch (error) {
    logger("cli").error("stopping threads failed: {error}", { error: describeError(error) });
  }
}

/** The first signal resolves `first`; the second ends the process at once. */
function watchSignals(): Disposable & { first: Promise<undefined> } {
  const first = Promise.withResolvers<undefined>();
  const listeners = new DisposableStack();
  let seen = false;
  for (const [signal, exitCode] of SIGNALS) {
    const listener = () => {
      // Safe at any moment: stored reports are committed, and nothing else is promised.
      if (seen) Deno.exit(exitCode);
      seen = true;
      first.resolve(undefined);
    };
    Deno.addSignalListener(signal, listener);
    listeners.defer(() => Deno.removeSignalListener(signal, listener));
  }
  return { first: first.promise, [Symbol.dispose]: () => listeners.dispose() };
}
