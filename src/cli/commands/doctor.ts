/** `sitemon doctor`: tries every dependency of a configuration once, and says what to do. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import type { Finding } from "../../runtime/finding.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import { missingPermissions, notPermitted } from "../../runtime/threads/missing_permissions.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { doctorSpecs } from "../../threads/doctor/doctor_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "producer", "run", "consumer", "web")
    .description(
      "Tests everything that the configuration depends on, except sites and channels of alerts, and says what to fix; " +
        "exits 1 when there is a problem.",
    )
    .option("--json", "print one JSON object per finding")
    .action((options: DoctorOptions) => exit(doctor(options, terminal)));

interface DoctorOptions extends ConfigOptions {
  readonly json?: boolean;
}

async function doctor({ json = false, ...options }: DoctorOptions, terminal: Terminal) {
  const loaded = loadFile(options, { terminal });
  const redact = redactor(loaded.secrets);
  const configuration = {
    subject: options.config,
    step: "configuration",
    ok: true,
    detail: "no mistakes",
  };
  let problems = 0;
  // All are asked at once, and printed in the order in which the data flows.
  for (const answer of [[configuration], ...doctorSpecs(loaded).map(findingsOf)]) {
    for (const finding of await answer) {
      terminal.write(`${redact(json ? printableJson(finding) : findingLine(finding))}\n`);
      if (!finding.ok) problems++;
    }
  }
  if (!json) terminal.write(`${summary(problems, loaded)}\n`);
  return problems === 0 ? EXIT_OK : EXIT_NOT_UP;
}

async function findingsOf(spec: ThreadSpec): Promise<readonly Finding[]> {
  const subject = spec.name;
  const problem = (step: string, detail: string) => ({ subject, step, ok: false, detail });
  const missing = missingPermissions([spec]);
  if (missing.length > 0) {
    return missing.map((what) => problem("permission", notPermitted(what)));
  }
  try {
    return await threadResult<readonly Finding[]>(spec);
  } catch (error) {
    return [problem("thread", error instanceof Error ? error.message : String(error))];
  }
}

function findingLine({ subject, step, ok, detail }: Finding): string {
  return printable(`${ok ? "ok  " : "FAIL"} ${subject}: ${step}: ${detail}`);
}

function summary(problems: number, { alerts }: LoadedConfig): string {
  if (problems === 0) {
    const tested = 'All checks passed; sites were not tested ("sitemon check -c FILE" does)';
    return alerts === undefined
      ? tested
      : `${tested}, nor were channels of alerts ("sitemon alerts test CHANNEL -c FILE" does)`;
  }
  return problems === 1 ? "1 problem found" : `${problems} problems found`;
}
