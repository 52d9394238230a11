/** `sitemon incidents`: when sites were not up, for how long, and why; read in a thread. */
import { clockTime, lengthText } from "../../runtime/relative_time.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import {
  type Incident,
  INCIDENTS_LISTED_MAX,
  type IncidentsOptions,
  jsonOf,
} from "../../status/queries.ts";
import { type WholeIncident, wholeIncidents } from "../../status/whole_incidents.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import type { FoundIncidents } from "../../threads/store_task/store_task_thread.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { timeOptionMicros } from "../time_option.ts";
import { incidentTable } from "../text/incident_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { cutText, printableJson } from "../text/terminal_text.ts";
import { unknownSite } from "../unknown_site.ts";

/** What is listed when nothing is asked for. */
const SINCE_MS = 7 * DAY_MS;

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer", "run", "web")
    .description("Prints when sites were down or degraded, for how long and why, newest first.")
    .option("--site <name>", "only this site")
    .option("--since <time>", "what lasted since: 12h, or 2026-05-01T18:00:00Z (default: 7d)")
    .option("--month <month>", "what lasted in a month, in UTC: 2026-05")
    .option("--json", "print one JSON object per incident, with what each location saw")
    .action((options: IncidentOptions) => exit(incidents(options, terminal)));

interface IncidentOptions extends ConfigOptions, SpanOptions {
  readonly site?: string;
  readonly json?: boolean;
}

interface SpanOptions {
  readonly since?: string;
  readonly month?: string;
}

async function incidents(
  { site, since, month, json = false, ...options }: IncidentOptions,
  terminal: Terminal,
): Promise<number> {
  const asked = {
    ...spanOf(
      { ...(since !== undefined && { since }), ...(month !== undefined && { month }) },
      new Date(),
    ),
    ...(site !== undefined && { site }),
  };
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, { type: "incidents", options: asked });
  return printIncidents({ found: await threadResult<FoundIncidents>(spec), asked, json }, terminal);
}

/** The time that is asked about, up to now or to the end of a month. */
export function spanOf(
  { since, month }: SpanOptions,
  now: Date,
): Pick<IncidentsOptions, "since" | "until"> {
  if (month === undefined) {
    const sinceMs = since === undefined
      ? now.getTime() - SINCE_MS
      : timeOptionMicros("--since", since, now.getTime()) / 1_000;
    return { since: new Date(sinceMs), until: now };
  }
  if (since !== undefined) throw new UsageError("--since and --month exclude each other");
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new UsageError(
      `invalid --month: ${JSON.stringify(month)} is not a month; write for example 2026-05`,
    );
  }
  const first = new Date(timeOptionMicros("--month", `${month}-01`, now.getTime()) / 1_000);
  return {
    since: first,
    until: new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1)),
  };
}

export interface IncidentPrintOptions {
  readonly found: FoundIncidents;
  readonly asked: IncidentsOptions;
  /** One object a line. */
  readonly json: boolean;
}

/** Returns the exit code: 1 when there is no such site. */
export function printIncidents(
  { found: { incidents, others }, asked: { site, since, until }, json }: IncidentPrintOptions,
  terminal: Terminal,
): number {
  const { hasColor, columns } = terminal;
  if (others !== undefined) {
    terminal.writeError(unknownSite(site!, others));
    return EXIT_NOT_UP;
  }
  const whole = wholeIncidents(incidents);
  if (incidents.length === 0) {
    terminal.writeError(`No incidents from ${clockTime(since)} to ${clockTime(until)} UTC\n`);
  } else if (json) {
    terminal.write(whole.map((incident) => `${printableJson(incidentJson(incident))}\n`).join(""));
  } else {
    terminal.write(incidentTable(whole, { hasColor, columns }));
    if (columns !== undefined) terminal.write(`${cutText(summary(whole), columns)}\n`);
  }
  if (incidents.length === INCIDENTS_LISTED_MAX) {
    terminal.writeError(
      `only the newest ${INCIDENTS_LISTED_MAX} incidents are listed; ask about a site or a month\n`,
    );
  }
  return EXIT_OK;
}

/** What each location saw stands below what the site was. */
function incidentJson({ parts, location: _, ...whole }: WholeIncident) {
  return { ...jsonOf(whole), locations: parts.map(({ site: _, ...part }) => jsonOf(part)) };
}

/** `3 incidents, 1 h 12 min in all`. */
function summary(incidents: readonly Incident[]): string {
  const ms = incidents.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const count = incidents.length === 1 ? "1 incident" : `${incidents.length} incidents`;
  return `${count}, ${lengthText(Math.round(ms / 1_000))} in all`;
}
