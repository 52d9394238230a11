/** `sitemon status`: prints the newest status of each site. */
import type { SiteStatus } from "../../status/store.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { statusSummary } from "../text/status_summary.ts";
import { statusTable } from "../text/status_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { cutText, printableJson } from "../text/terminal_text.ts";

export interface StatusOptions {
  readonly statuses: readonly SiteStatus[];
  /** One object a line, with the report's field names and units. */
  readonly json: boolean;
  readonly now: Date;
}

/**
 * Returns the exit code: 0 when every site is up. A stale one is not, since nobody looked; and
 * neither is an empty table, of which nothing is known.
 */
export function status({ statuses, json, now }: StatusOptions, terminal: Terminal): number {
  if (statuses.length === 0) terminal.writeError("No site has a status yet\n");
  else if (json) terminal.write(statuses.map(jsonLine).join(""));
  else terminal.write(tableText(statuses, now, terminal));
  const isAllUp = statuses.every(({ outcome, stale }) => outcome === "up" && !stale);
  return statuses.length > 0 && isAllUp ? EXIT_OK : EXIT_NOT_UP;
}

/** With a summary where a person may see the end of it alone. */
function tableText(
  statuses: readonly SiteStatus[],
  now: Date,
  { hasColor, columns }: Terminal,
): string {
  const table = statusTable(statuses, { now, hasColor, columns });
  return columns === undefined ? table : `${table}${cutText(statusSummary(statuses), columns)}\n`;
}

function jsonLine(status: SiteStatus): string {
  return printableJson({
    site: status.site,
    location: status.location,
    url: status.url,
    outcome: status.outcome,
    reason: status.reason,
    response_time: status.responseTimeMs,
    response_code: status.responseCode,
    error_text: status.errorText,
    checked_at: micros(status.checkedAt),
    since: status.since && micros(status.since),
    interval_ms: status.intervalMs,
    stale: status.stale,
  }) + "\n";
}

function micros(time: Date): number {
  return time.getTime() * 1_000;
}
