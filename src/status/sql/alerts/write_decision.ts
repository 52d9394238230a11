/** The transaction of a decision: alerts and the messages that they cause. */
import type { Decision } from "../../alert_store.ts";
import { StoreUnavailableError } from "../../store.ts";
import { named, type Queryable } from "../sql_source.ts";
import { ALERT_COLUMNS, alertRow, MESSAGE_COLUMNS, messageRow } from "./alert_rows.ts";
import { type AlertsDialect, inTurns, isTold } from "./alert_sql.ts";

/** What a row keeps as it is when its alert is decided again. */
const KEPT: readonly string[] = ["id", "rule", "kind", "site", "location"];

export type DecisionStatements = ReturnType<typeof decisionStatements>;

export function decisionStatements(
  { now, rows, texts, id, lock }: AlertsDialect,
) {
  const alertNames = [...ALERT_COLUMNS.keys()];
  const messageNames = [...MESSAGE_COLUMNS.keys()].join(", ");
  const ofAlerts = `m.alert_id IN (SELECT ${id("value")} FROM ${texts("$1")} AS ids)`;
  const settle = (state: string) => `
    UPDATE alert_message AS m SET state = '${state}', settled_at = ${now}
    WHERE ${ofAlerts} AND m.state = 'pending'`;
  const others = (relation: string) =>
    `FROM alert_message ${relation}
      WHERE ${relation}.alert_id = m.alert_id AND ${relation}.channel = m.channel`;
  return named("alert_write", {
    // Until the end of the transaction nobody else can begin to lead.
    leads: `SELECT holder FROM alert_decider WHERE holder = $1 ${lock("alert_decider")}`,
    putAlerts: `INSERT INTO alert (${alertNames.join(", ")})
        SELECT ${alertNames.join(", ")} FROM ${rows(ALERT_COLUMNS)} AS r WHERE true ORDER BY id
        ON CONFLICT (id) DO UPDATE SET ${
      alertNames.filter((name) => !KEPT.includes(name))
        .map((name) => `${name} = excluded.${name}`).join(", ")
    } WHERE alert.ended_at IS NULL`,
    addMessages: `INSERT INTO alert_message (${messageNames})
        SELECT ${messageNames} FROM ${rows(MESSAGE_COLUMNS)} AS r WHERE true
        ON CONFLICT (id) DO UPDATE SET state = 'pending', settled_at = NULL,
          content = excluded.content, created_at = excluded.created_at, due_at = excluded.due_at
        WHERE alert_message.state = 'suppressed'`,
    addChannels: `INSERT INTO alert_channel (channel)
        SELECT DISTINCT value FROM ${texts("$1")} AS names WHERE true ORDER BY value
        ON CONFLICT DO NOTHING`,
    // A statement of its own: what a statement sees is older than the locks that it waits for, and
    // a message may be leased meanwhile. Always in the same order, so that nobody deadlocks.
    lock: `SELECT count(*) AS locked FROM (
        SELECT m.number FROM alert_message m WHERE ${ofAlerts} ORDER BY m.number ${
      lock("m")
    }) AS m`,
    // What is in a delivery stays there: alone under the same id, a receiver would take it for known.
    suppress: `${
      settle("suppressed")
    } AND m.kind IN ('fired', 'reminded') AND m.delivery_id IS NULL`,
    // What nobody needs to be told any more, of alerts whose messages are locked.
    supersede: `${settle("superseded")} AND NOT ${isTold("m")} AND (
        m.kind = 'reminded' AND EXISTS (
          SELECT 1 ${others("n")} AND n.kind = 'reminded' AND n.number > m.number)
        OR m.kind <> 'digest'
          AND EXISTS (SELECT 1 FROM alert a WHERE a.id = m.alert_id AND a.ended_at IS NOT NULL)
          AND (m.kind <> 'resolved' OR NOT EXISTS (
            SELECT 1 ${others("b")} AND b.kind <> 'resolved' AND ${isTold("b")})))`,
  });
}

/** In a transaction; rejects with StoreUnavailableError when `holder` is not the leader. */
export async function writeDecision(
  connection: Queryable,
  statements: DecisionStatements,
  { alerts, messages, holder }: Decision & { readonly holder: string },
): Promise<void> {
  const [leader] = await connection.query(statements.leads, [holder]);
  if (leader === undefined) {
    throw new StoreUnavailableError("another process decides on alerts now; this one has stopped");
  }
  await inTurns(connection, statements.putAlerts, alerts.map(alertRow));
  await inTurns(connection, statements.addMessages, messages.map(messageRow));
  const channels = new Set(messages.map(({ channel }) => channel));
  await inTurns(connection, statements.addChannels, [...channels]);
  const idsOf = (some: readonly { readonly id: string }[]) => some.map(({ id }) => id);
  const ended = idsOf(alerts.filter(({ ended_at }) => ended_at !== null));
  const suppressed = idsOf(
    alerts.filter(({ suppressed_by, ended_at }) => suppressed_by !== null && ended_at === null),
  );
  const reminded = messages.filter(({ kind }) => kind === "reminded").map(({ alert }) => alert.id);
  await connection.query(statements.lock, [JSON.stringify([...suppressed, ...reminded, ...ended])]);
  await inTurns(connection, statements.suppress, suppressed);
  await inTurns(connection, statements.supersede, [...reminded, ...ended]);
}
