/** What a decision is made from, read in one snapshot. */
import { type Look, type LookOptions, type RecentChecks, RULES_MAX } from "../../alert_store.ts";
import { type Incident, INCIDENTS_LISTED_MAX, type SiteKey } from "../../queries.ts";
import { inParts } from "../../../runtime/in_parts.ts";
import type { Outcome, Reason } from "../../../report/outcome.ts";
import { named, type Queryable } from "../sql_source.ts";
import {
  alertOf,
  type Cells,
  columns,
  dateOf,
  KEPT_ALERT_COLUMNS,
  microsOf,
  MUTE_COLUMNS,
  selection,
  valueOf,
} from "./alert_rows.ts";
import type { AlertsDialect } from "./alert_sql.ts";

/** Sites that one statement asks about. */
export const SITES_AT_ONCE = 5_000;

const SITE_COLUMNS = columns({ text: "site location" });

export type LookStatements = ReturnType<typeof lookStatements>;

export function lookStatements(dialect: AlertsDialect) {
  const { now, micros, time, texts, rows, arrays, beginning, isRecent, viewTime, durationMs } =
    dialect;
  const [alert, mute] = [KEPT_ALERT_COLUMNS, MUTE_COLUMNS].map((it) => selection(it, micros));
  const asked = `${rows(SITE_COLUMNS)} AS k
    JOIN site_status s ON s.site = k.site AND s.location = k.location AND NOT s.is_removed`;
  return named("alert_look", {
    begin: `SELECT ${micros(now)} AS now`,
    addRules: `INSERT INTO alert_rule (rule, started_at)
        SELECT value, ${now} FROM ${texts("$1")} AS rules WHERE true
        ON CONFLICT DO NOTHING`,
    // The newest are kept: what an edit goes back to may be one of them.
    forgetRules: `DELETE FROM alert_rule WHERE rule NOT IN (SELECT value FROM ${
      texts("$1")
    } AS rules)
        AND rule NOT IN (SELECT rule FROM alert_rule ORDER BY started_at DESC LIMIT ${RULES_MAX})`,
    rules: `SELECT rule, ${micros("started_at")} AS started FROM alert_rule
        WHERE rule IN (SELECT value FROM ${texts("$1")} AS rules)`,
    recent: `SELECT s.site, s.location, (
          SELECT ${arrays(`outcome, reason, ${micros("checked_at")}`)} FROM (
            SELECT r.outcome, r.reason, r.checked_at FROM site_report r
            WHERE r.site = s.site AND r.location = s.location AND ${isRecent}
              AND r.order_at > coalesce(s.removed_at, ${beginning})
            ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC LIMIT $2) AS r) AS checks
        FROM ${asked}`,
    // Few sites have an incident that ended lately: only those are asked of the view.
    recovered: `SELECT s.site, s.location FROM ${asked}
        WHERE EXISTS (
          SELECT 1 FROM site_transition t
          WHERE t.site = s.site AND t.location = s.location AND t.outcome = 'up'
            AND t.from_outcome IS NOT NULL AND t.order_at > ${time("CAST($2 AS bigint)")})`,
    incidents: `SELECT site, location, began_at, ended_at, unknown_since,
          ${durationMs} AS duration_ms, outcome, reason, error_text
        FROM site_incident
        WHERE site = $1 AND location = $2 AND ended_at > ${viewTime("$3")}
        ORDER BY began_at DESC LIMIT ${INCIDENTS_LISTED_MAX}`,
    alerts: `SELECT ${alert} FROM alert
        WHERE ended_at IS NULL OR ended_at > ${time("CAST($1 AS bigint)")}
        ORDER BY alert.began_at, id`,
    mutes: `SELECT ${mute} FROM mute
        WHERE starts_at <= ${now} AND (ends_at > ${now} OR ends_at > ${time("CAST($1 AS bigint)")})
        ORDER BY mute.ends_at, id`,
  });
}

/** In a transaction that sees one snapshot. */
export async function look(
  connection: Queryable,
  statements: LookStatements,
  { sites, checks, changed, rules, endedAfter }: LookOptions,
): Promise<Look> {
  const [begin] = await connection.query<{ now: number }>(statements.begin);
  const started = await connection.query<{ rule: string; started: number }>(statements.rules, [
    JSON.stringify(rules),
  ]);
  const after = microsOf(endedAfter);
  const recent: RecentChecks[] = [];
  for (const part of inParts(sites, SITES_AT_ONCE)) {
    const rows = await connection.query<RecentRow>(statements.recent, [keysOf(part), checks]);
    recent.push(...rows.map(recentChecks));
  }
  const ended: Incident[] = [];
  for (const part of inParts(changed, SITES_AT_ONCE)) {
    const recovered = await connection.query<SiteKey>(statements.recovered, [keysOf(part), after]);
    for (const { site, location } of recovered) {
      const values = [site, location, endedAfter.getTime()];
      const rows = await connection.query<Incident>(statements.incidents, values);
      ended.push(...rows.map(incidentOf));
    }
  }
  return {
    now: dateOf(begin!.now),
    started: Object.fromEntries(started.map(({ rule, started }) => [rule, dateOf(started)])),
    recent,
    ended,
    alerts: (await connection.query<Cells>(statements.alerts, [after])).map(alertOf),
    mutes: (await connection.query<Cells>(statements.mutes, [after]))
      .map((row) => valueOf(MUTE_COLUMNS, row)),
  };
}

function keysOf(sites: readonly SiteKey[]): string {
  return JSON.stringify(sites.map(({ site, location }) => ({ site, location })));
}

interface RecentRow extends SiteKey {
  /** Of arrays; `null` when there is no check. */
  readonly checks: string | null;
}

function recentChecks({ checks, ...key }: RecentRow): RecentChecks {
  const rows: [Outcome, Reason | null, number][] = JSON.parse(checks ?? "[]");
  return {
    ...key,
    checks: rows.map(([outcome, reason, at]) => ({ outcome, reason, checked_at: dateOf(at) })),
  };
}

/** Views have times as dates or as texts of ISO 8601. */
function incidentOf(row: Incident): Incident {
  return {
    ...row,
    began_at: new Date(row.began_at),
    ended_at: row.ended_at && new Date(row.ended_at),
    unknown_since: row.unknown_since && new Date(row.unknown_since),
  };
}
