/** `site_status`: the newest report of each site and location. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Outcome, Reason } from "../../report/outcome.ts";
import { isStale } from "../read/staleness.ts";
import type { SiteStatus } from "../store.ts";
import { cellsOf, insertedColumns, type ReportRow, STATUS_COLUMNS } from "./report_row.ts";

const INSERTED_COLUMNS = [...STATUS_COLUMNS, "changed_in"] as const;

const NEWER_WINS = `
INSERT INTO site_status AS t ${insertedColumns(INSERTED_COLUMNS)}
ON CONFLICT (site, location) DO UPDATE SET
${INSERTED_COLUMNS.map((column) => `${column} = excluded.${column}`).join(",\n")}
WHERE (t.order_at, t.producer_id, t.sequence)
    < (excluded.order_at, excluded.producer_id, excluded.sequence)`;

const ALL_WITH_SINCE = `
SELECT s.*, (
  SELECT checked_at FROM site_transition t WHERE t.site = s.site AND t.location = s.location
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1
) AS since
FROM site_status s WHERE NOT s.is_removed ORDER BY site, location`;

/** Counts the transactions that change statuses. */
export const NEXT_CHANGE = "UPDATE last_change SET number = number + 1 RETURNING number";

/** The status table of one connection, within the caller's transaction. */
export class Statuses {
  readonly #newerWins: StatementSync;
  readonly #nextChange: StatementSync;

  constructor(db: DatabaseSync) {
    this.#newerWins = db.prepare(NEWER_WINS);
    this.#nextChange = db.prepare(NEXT_CHANGE);
  }

  /** The number that a transaction marks its changes with. */
  nextChange(): number {
    return this.#nextChange.get()!.number as number;
  }

  /** True when the report is now its site's status, as of the change of this number. */
  offer(row: ReportRow, change: number): boolean {
    return this.#newerWins.run(...cellsOf(row, STATUS_COLUMNS), change).changes === 1;
  }
}

/** Every site's status, by site and location, as it looks at `nowMicros`. */
export function selectStatuses(db: DatabaseSync, nowMicros: number): SiteStatus[] {
  return db.prepare(ALL_WITH_SINCE).all().map((row) => ({
    site: row.site as string,
    location: row.location as string,
    url: row.url as string,
    outcome: row.outcome as Outcome,
    reason: row.reason as Reason | null,
    responseTimeMs: row.response_time as number,
    responseCode: row.response_code as number | null,
    errorText: row.error_text as string | null,
    checkedAt: dateOf(row.checked_at as number),
    since: row.since === null ? null : dateOf(row.since as number),
    intervalMs: row.interval_ms as number | null,
    stale: isStale({
      orderAt: row.order_at as number,
      intervalMs: row.interval_ms as number | null,
    }, nowMicros),
  }));
}

function dateOf(micros: number): Date {
  return new Date(micros / 1_000);
}
