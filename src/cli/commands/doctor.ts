/** `sitemon doctor`: tries every dependency of a configuration once, and says what to do. */
import type { Finding } from "../../runtime/finding.ts";
import { missingPermissions, notPermitted } from "../../runtime/threads/missing_permissions.ts";
import { redactor } from "../../runtime/telemetry/redaction.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { doctorSpecs } from "../../threads/doctor/doctor_spec.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

export interface DoctorOptions {
  /** Path of the configuration. */
  readonly config: string;
  /** One finding a line, as JSON. */
  readonly json?: boolean;
}

/** Resolves to the exit code: 0 when all is well. Throws ConfigError with every mistake. */
export async function doctor(
  { config, json = false }: DoctorOptions,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(config, { terminal });
  const redact = redactor(loaded.secrets);
  const tell = (finding: Finding) =>
    terminal.write(`${redact(json ? printableJson(finding) : findingLine(finding))}\n`);
  let problemCount = 0;
  const configuration = { subject: config, step: "configuration", ok: true, detail: "no mistakes" };
  // Each asks for itself; all are told in the order of the data.
  const asked = doctorSpecs(loaded).map(examination);
  for (const findings of [[configuration], ...asked]) {
    for (const finding of await findings) {
      tell(finding);
      if (!finding.ok) problemCount++;
    }
  }
  if (!json) terminal.write(summary(problemCount));
  return problemCount === 0 ? EXIT_OK : EXIT_NOT_UP;
}

async function examination(spec: ThreadSpec): Promise<readonly Finding[]> {
  const subject = spec.name;
  const problem = (step: string, detail: string) => ({ subject, step, ok: false, detail });
  const missing = missingPermissions([spec]);
  if (missing.length > 0) {
    return missing.map((what) => problem("permission", notPermitted("start", what)));
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

function summary(problemCount: number): string {
  if (problemCount === 0) return 'All is well; "sitemon check -c FILE" tries the sites\n';
  return `${problemCount} ${
    problemCount === 1 ? "thing is" : "things are"
  } not as they should be\n`;
}
