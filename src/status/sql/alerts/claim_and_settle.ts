/** Messages on their way: claimed for a while, sent by somebody, and settled. */
import {
  type Attempt,
  type ClaimOptions,
  type Delivery,
  DELIVERY_MESSAGES_MAX,
  MESSAGE_EXPIRES_MS,
} from "../../alert_store.ts";
import { named, type Queryable } from "../sql_source.ts";
import { type Cells, MESSAGE_COLUMNS, messageOf, selection } from "./alert_rows.ts";
import { type AlertsDialect, inTurns, ROWS_AT_ONCE } from "./alert_sql.ts";
import type { DecisionStatements } from "./write_decision.ts";

export function claimStatements(
  { now, later, micros, texts, lock, lockFree }: AlertsDialect,
) {
  const isFree = (m: string) => `(${m}.leased_until IS NULL OR ${m}.leased_until < ${now})`;
  const isNext = (m: string) =>
    `NOT EXISTS (
      SELECT 1 FROM alert_message b WHERE b.alert_id = ${m}.alert_id AND b.channel = ${m}.channel
        AND b.number < ${m}.number AND b.state = 'pending')`;
  return named("alert_claim", {
    // What is chosen is an expression of its own: PostgreSQL may ask a subquery again for each row,
    // and then it passes over the rows that it has changed, and goes beyond its limit.
    expire: `WITH old AS (
        SELECT s.number FROM alert_message s
        WHERE s.state = 'pending' AND s.created_at < ${later(`-${MESSAGE_EXPIRES_MS}`)}
          AND ${isFree("s")}
        ORDER BY s.number LIMIT ${ROWS_AT_ONCE} ${lockFree("s")})
      UPDATE alert_message AS m SET state = 'expired', settled_at = ${now},
        is_maybe_told = m.is_maybe_told OR m.leased_until IS NOT NULL, leased_until = NULL
      WHERE m.number IN (SELECT number FROM old)
      RETURNING alert_id`,
    // A channel is claimed by one at a time, so that a group becomes one delivery.
    channels: `SELECT c.channel FROM alert_channel c
        WHERE c.channel IN (SELECT value FROM ${texts("$1")} AS names)
          AND (c.retry_at IS NULL OR c.retry_at <= ${now} OR c.parked_at IS NOT NULL
            AND c.channel IN (SELECT value FROM ${texts("$2")} AS untried))
          AND EXISTS (SELECT 1 FROM alert_message m
            WHERE m.channel = c.channel AND m.state = 'pending' AND m.due_at <= ${now})
        ORDER BY c.channel ${lockFree("c")}`,
    lease: `WITH first AS (
        SELECT m.id AS first_id, m.group_key AS of_group, m.delivery_id AS of_delivery FROM alert_message m
        WHERE m.channel = $1 AND m.state = 'pending' AND m.due_at <= ${now} AND ${isFree("m")}
          AND ${isNext("m")}
        ORDER BY m.number LIMIT 1),
      chosen AS (
        SELECT s.number FROM alert_message s, first AS f
        WHERE s.channel = $1 AND s.state = 'pending' AND s.group_key = f.of_group
          AND ${isFree("s")} AND (s.delivery_id = f.of_delivery
            OR s.delivery_id IS NULL AND f.of_delivery IS NULL AND ${isNext("s")})
        ORDER BY s.number LIMIT CAST($3 AS int) ${lock("s")})
      UPDATE alert_message AS m SET delivery_id = coalesce(m.delivery_id, first_id),
        attempts = m.attempts + 1, leased_until = ${later("CAST($2 AS int)")},
        is_maybe_told = m.is_maybe_told OR m.leased_until IS NOT NULL
      FROM first
      WHERE m.number IN (SELECT number FROM chosen)
      RETURNING number, delivery_id, attempts, ${selection(MESSAGE_COLUMNS, micros)}`,
  });
}

export function settleStatements({ now, later, texts, id }: AlertsDialect) {
  const isSent = `id IN (SELECT ${id("value")} FROM ${texts("$1")} AS ids)`;
  return named("alert_settle", {
    deliver: `UPDATE alert_message SET state = 'delivered', settled_at = ${now},
          leased_until = NULL, error = NULL
        WHERE ${isSent} AND state IN ('pending', 'expired')`,
    // Whoever has leased it since keeps it.
    fail: `UPDATE alert_message SET error = $2,
          is_maybe_told = is_maybe_told OR CAST($3 AS boolean),
          leased_until = CASE WHEN attempts = CAST($4 AS int) THEN NULL ELSE leased_until END
        WHERE ${isSent} AND state = 'pending'`,
    noteChannel: `UPDATE alert_channel SET retry_at = ${later("CAST($2 AS int)")}, error = $3,
          failures = CASE WHEN CAST($4 AS text) = 'delivered' THEN 0 ELSE failures + 1 END,
          parked_at = CASE WHEN CAST($4 AS text) = 'refused' THEN coalesce(parked_at, ${now}) END,
          delivered_at = CASE WHEN CAST($4 AS text) = 'delivered' THEN ${now} ELSE delivered_at END
        WHERE channel = $1`,
  });
}

type Statements =
  & ReturnType<typeof claimStatements>
  & ReturnType<typeof settleStatements>
  & DecisionStatements;

/** In a transaction. */
export async function claim(
  connection: Queryable,
  statements: Statements,
  { channels, leaseMs, limits, untried = [] }: ClaimOptions & {
    readonly channels: readonly string[];
    readonly leaseMs: number;
  },
): Promise<Delivery[]> {
  const expired = await connection.query<{ alert_id: string }>(statements.expire);
  await inTurns(connection, statements.supersede, expired.map(({ alert_id }) => alert_id));
  const free = await connection.query<{ channel: string }>(statements.channels, [
    JSON.stringify(channels),
    JSON.stringify(untried),
  ]);
  const deliveries: Delivery[] = [];
  for (const { channel } of free) {
    const values = [channel, leaseMs, limits?.get(channel) ?? DELIVERY_MESSAGES_MAX];
    const rows = await connection.query<LeasedRow>(statements.lease, values);
    const messages = rows.sort((a, b) => a.number - b.number).map(messageOf);
    const [first] = rows;
    if (first === undefined) continue;
    deliveries.push({ id: first.delivery_id, channel, attempt: first.attempts, messages });
  }
  return deliveries;
}

type LeasedRow = Cells & {
  readonly number: number;
  readonly delivery_id: string;
  readonly attempts: number;
};

/** In a transaction. Locks the channel, then messages in their order, as every writer does. */
export async function settle(
  connection: Queryable,
  statements: Statements,
  { delivery, result, isMaybeTold, error, retryMs }: Attempt,
): Promise<void> {
  const { channel, messages } = delivery;
  const alerts = messages.map(({ alert }) => alert.id);
  const ids = JSON.stringify(messages.map(({ id }) => id));
  // PostgreSQL takes no fraction for a whole number.
  const restMs = retryMs === null ? null : Math.ceil(retryMs);
  await connection.query(statements.noteChannel, [channel, restMs, error, result]);
  await connection.query(statements.lock, [JSON.stringify(alerts)]);
  if (result === "delivered") {
    await connection.query(statements.deliver, [ids]);
    return;
  }
  await connection.query(statements.fail, [ids, error, Number(isMaybeTold), delivery.attempt]);
  if (!isMaybeTold) await inTurns(connection, statements.supersede, alerts);
}
