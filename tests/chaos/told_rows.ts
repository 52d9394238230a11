/** Reads from a store what the oracle of alerts judges. */
import type { AlertRow, CheckRow, MessageRow, Told } from "./alert_oracle.ts";
import type { Dialect, Query } from "./oracle.ts";

/** Alerts of sites whose truth is known, by whatever rule, as a condition on `alert a`. */
export const JUDGED = "a.site LIKE 'site-%'";

/** What is not told, or not over, as it has to be before a store can be judged. */
export const UNSETTLED = `SELECT
  (SELECT count(*) FROM alert a WHERE ${JUDGED} AND a.ended_at IS NULL) AS open,
  (SELECT count(*) FROM alert_message m JOIN alert a ON a.id = m.alert_id
   WHERE ${JUDGED} AND m.state = 'pending') AS pending`;

export async function toldRows(
  query: Query,
  { micros }: Dialect,
): Promise<Pick<Told, "checks" | "alerts" | "messages" | "startedMs">> {
  const ms = (column: string) => `${micros(column)} / 1000`;
  const rows = async <Row>(sql: string) => await query(sql) as unknown as Row[];
  type Micros<Row> = { [Name in keyof Row]: Row[Name] | string };
  const checks = await rows<Micros<CheckRow>>(
    `SELECT site, location, outcome, ${ms("checked_at")} AS "atMs" FROM site_report
     WHERE site LIKE 'site-%' ORDER BY site, location, order_at, producer_id, sequence`,
  );
  const alerts = await rows<Micros<AlertRow>>(
    `SELECT a.id, a.rule, a.kind, a.site, CAST(a.channels AS text) AS channels,
       ${ms("a.began_at")} AS "beganMs", ${ms("a.ended_at")} AS "endedMs"
     FROM alert a WHERE ${JUDGED}`,
  );
  const messages = await rows<Micros<MessageRow>>(
    `SELECT m.alert_id AS alert, m.channel, m.kind, m.state, m.delivery_id AS delivery, m.attempts,
       (${ms("m.settled_at")}) - (${ms("m.due_at")}) AS "waitedMs"
     FROM alert_message m JOIN alert a ON a.id = m.alert_id WHERE ${JUDGED}`,
  );
  const [rule] = await rows<{ started: string }>(
    `SELECT max(${ms("started_at")}) AS started FROM alert_rule`,
  );
  return {
    checks: checks.map((row) => ({ ...row, atMs: Number(row.atMs) }) as CheckRow),
    alerts: alerts.map((row) =>
      ({
        ...row,
        channels: JSON.parse(String(row.channels)),
        beganMs: Number(row.beganMs),
        endedMs: row.endedMs === null ? null : Number(row.endedMs),
      }) as AlertRow
    ),
    messages: messages.map((row) =>
      ({
        ...row,
        waitedMs: row.waitedMs === null ? null : Number(row.waitedMs),
      }) as MessageRow
    ),
    startedMs: Number(rule!.started),
  };
}
