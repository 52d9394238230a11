/** `sitemon producer`, `consumer`, `run` and `web`: a service from a configuration, and its exit code. */
import { ConfigError, formatMistakes } from "../../config/config_error.ts";
import type { DaemonRole } from "../../config/loaded_config.ts";
import { systemHostEnvironment } from "../../config/host_environment.ts";
import { exporterMistake } from "../../config/trace_exporter.ts";
import { missingPermissions, notPermitted } from "../../runtime/threads/missing_permissions.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import type { ServiceEnd } from "../../runtime/service/service.ts";
import type { FatalDeath } from "../../runtime/threads/supervisor.ts";
import { isExporting } from "../../runtime/telemetry/tracer.ts";
import { EXIT_BUG, EXIT_CONFIG, EXIT_IO, EXIT_OK, exitCodeOf } from "../exit_code.ts";
import type { FoundConfig } from "../find_config.ts";
import { PidFile } from "./pid_file.ts";
import type { ConfigState, NextConfig } from "../../threads/config/config_life.ts";
import { configSpec } from "../../threads/config/config_spec.ts";
import type { FirstConfig } from "../../threads/config/config_thread.ts";
import { notifySpec } from "../../threads/notify/notify_spec.ts";
import type { Terminal } from "../text/terminal.ts";

/** Errors that a new thread would meet again: the process ends at once. */
const FINAL_ERRORS = new Set(["OutboxLockedError", "OutboxRefusedError", "AddressError"]);

/** A configuration may come from a pipe whose writer takes its time. */
const PATIENT = { silenceMaxMs: Infinity };

/** What daemons are given on the command line. */
export interface DaemonOptions extends FoundConfig {
  readonly pidFile?: string;
}

/** Runs a configuration's threads until a signal, and resolves to the exit code. */
export async function runDaemon(
  role: DaemonRole,
  options: DaemonOptions,
  terminal: Terminal,
): Promise<number> {
  const { config } = options;
  const warn = ({ loaded: { warnings } }: ConfigState) => {
    if (warnings.length > 0) terminal.writeError(`${formatMistakes(warnings)}\n`);
  };
  // What runs the threads is loaded while another thread loads the configuration.
  const [first, { runService }] = await Promise.all([
    threadResult<FirstConfig>(configSpec({ role, config }), PATIENT),
    import("../../runtime/service/service.ts"),
  ]);
  if ("mistakes" in first) throw new ConfigError(first.mistakes);
  const { settings, limitation, startLine } = first;
  let { state } = first;
  warn(state);
  const { log, listen, sandbox, traces } = state.loaded.config;
  const { env } = systemHostEnvironment();
  const missing = missingPermissions(settings.plan.threads).map(notPermitted);
  const mistake = exporterMistake(traces, { isExporting: isExporting(), env });
  const mistakes = missing.length > 0 || mistake === undefined ? missing : [mistake];
  if (mistakes.length > 0) {
    terminal.writeError(`${mistakes.join("\n")}\n`);
    return EXIT_CONFIG;
  }
  using _ = options.pidFile === undefined ? undefined : new PidFile(options.pidFile);
  const end = await runService(settings, {
    startLine,
    ...(limitation === undefined ? {} : { limitation }),
    logFormat: log.format === "auto" ? (terminal.isInteractive ? "text" : "json") : log.format,
    ...(listen === undefined ? {} : { listen }),
    isStrict: sandbox === "strict",
    finalErrors: FINAL_ERRORS,
    writeError: (text) => terminal.writeError(text),
    async reload() {
      const next = await threadResult<NextConfig>(configSpec({ role, config, state }), PATIENT);
      if ("mistakes" in next) return next;
      warn(next.state);
      return { ...next, onApplied: () => state = next.state };
    },
    env,
    notifySpec,
  });
  return exitCodeOfEnd(end, terminal);
}

function exitCodeOfEnd(end: ServiceEnd, terminal: Terminal): number {
  switch (end.cause) {
    case "drained":
      return EXIT_OK;
    case "listen":
      terminal.writeError(`cannot listen on "listen" ${end.problem}\n`);
      return EXIT_IO;
    case "fatal":
      terminal.writeError(`${sentenceOf(end.death)}\n`);
      return exitCodeOf(end.death) ?? EXIT_BUG;
  }
}

/** The last line says why, to a person who has only that. */
function sentenceOf({ thread, message, description = message, ...death }: FatalDeath): string {
  if (exitCodeOf(death) !== undefined) return message;
  return `thread ${thread} failed, and restarting it did not help: ${description}; ` +
    "the lines before say more; please report it";
}
