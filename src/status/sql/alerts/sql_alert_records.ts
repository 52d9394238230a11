/** Alerts for people, in SQL. */
import {
  type Alert,
  type AlertFilter,
  type AlertRecords,
  type ChannelState,
  type KeptMessage,
  MESSAGE_STATES,
  type MessageState,
  type MessageSums,
  type Mute,
  MUTES_ADDED_MAX,
  MUTES_MAX,
} from "../../alert_store.ts";
import {
  named,
  type SqlTransactions,
  type Statement,
  type TransactionKind,
} from "../sql_source.ts";
import {
  alertOf,
  type Cells,
  CHANNEL_COLUMNS,
  KEPT_ALERT_COLUMNS,
  KEPT_MESSAGE_COLUMNS,
  microsOf,
  MUTE_COLUMNS,
  rowOf,
  selection,
  valueOf,
} from "./alert_rows.ts";
import { type AlertsDialect, inTurns, isTold } from "./alert_sql.ts";

/** As PostgreSQL and all who make ids write it. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function alertStatements({ now, micros, time, id, texts }: AlertsDialect) {
  const alert = selection(KEPT_ALERT_COLUMNS, micros);
  return named("alerts", {
    alerts: `SELECT ${alert} FROM alert
        WHERE (CAST($1 AS text) IS NULL OR site = $1)
          AND (CAST($2 AS boolean) = (ended_at IS NULL) OR CAST($2 AS boolean) IS NULL)
          AND (ended_at IS NULL OR CAST($3 AS bigint) IS NULL
            OR ended_at >= ${time("CAST($3 AS bigint)")})
          AND (CAST($5 AS bigint) IS NULL OR alert.began_at < ${time("CAST($5 AS bigint)")}
            OR (alert.began_at = ${time("CAST($5 AS bigint)")} AND id > ${id("$6")}))
        ORDER BY alert.began_at DESC, id LIMIT $4`,
    messages: `SELECT ${selection(KEPT_MESSAGE_COLUMNS, micros)} FROM alert_message
        WHERE alert_id IN (SELECT ${id("value")} FROM ${texts("$1")} AS ids) ORDER BY number`,
    channels: `SELECT ${selection(CHANNEL_COLUMNS, micros)} FROM (
          SELECT c.*, coalesce(waiting, 0) AS pending, oldest_at
          FROM alert_channel c LEFT JOIN (
            SELECT channel, count(*) AS waiting, min(created_at) AS oldest_at
            FROM alert_message WHERE state = 'pending' GROUP BY channel) AS w USING (channel)) AS c
        ORDER BY channel`,
    acknowledge: `UPDATE alert AS a SET acked_at = ${now}, acked_by = $2, ack_reason = $3
        WHERE a.id = ${id("$1")} AND a.ended_at IS NULL
        RETURNING ${alert}`,
  });
}

function muteStatements({ now, micros, time, texts, rows }: AlertsDialect) {
  const muteNames = [...MUTE_COLUMNS.keys()];
  const put = (mayPut: string, condition = "") => `
    INSERT INTO mute (${muteNames.join(", ")})
    SELECT ${muteNames.join(", ")} FROM ${rows(MUTE_COLUMNS)} AS r WHERE ${mayPut} ORDER BY id
    ON CONFLICT (id) DO UPDATE SET ${
    muteNames.filter((name) => name !== "id").map((name) => `${name} = excluded.${name}`).join(", ")
  }${condition}`;
  return named("alerts", {
    mutes: `SELECT ${selection(MUTE_COLUMNS, micros)} FROM mute
        WHERE ends_at > ${time("CAST($1 AS bigint)")} OR ends_at > ${now}
        ORDER BY mute.starts_at, id LIMIT ${MUTES_MAX}`,
    putMute: `${
      put(`r.ends_at <= ${now} OR EXISTS (SELECT 1 FROM mute AS m WHERE m.id = r.id)
        OR (SELECT count(*) FROM mute AS m WHERE NOT m.is_configured AND m.ends_at > ${now})
          < ${MUTES_ADDED_MAX}`)
    } RETURNING id`,
    putWindows: put("true", ` WHERE mute.ends_at > ${now}`),
    endWindows: `UPDATE mute SET ends_at = ${now} WHERE is_configured AND starts_at <= ${now}
        AND ends_at > ${now} AND id NOT IN (SELECT value FROM ${texts("$1")} AS ids)`,
    dropWindows: `DELETE FROM mute WHERE is_configured AND starts_at > ${now}
        AND id NOT IN (SELECT value FROM ${texts("$1")} AS ids)`,
  });
}

function sumStatements({ texts }: AlertsDialect) {
  const sameAs = (other: string) => `alert_id = ${other}.alert_id AND channel = ${other}.channel`;
  return named("alerts", {
    states: "SELECT state, count(*) AS messages FROM alert_message GROUP BY state",
    sums: `SELECT (SELECT count(*) FROM alert_message) AS messages,
        (SELECT count(*) FROM alert a, ${texts("a.channels")} AS c WHERE a.suppressed_by IS NULL
          AND NOT EXISTS (SELECT 1 FROM alert_message WHERE alert_id = a.id AND channel = c.value
            AND kind IN ('fired', 'flapping', 'digest'))) AS unmade,
        (SELECT count(*) FROM (
          SELECT DISTINCT b.alert_id, b.channel
          FROM alert_message b JOIN alert a ON a.id = b.alert_id
          WHERE a.ended_at IS NOT NULL AND b.kind NOT IN ('resolved', 'digest')
            AND ${isTold("b")}) AS b
        WHERE NOT EXISTS (SELECT 1 FROM alert_message WHERE ${sameAs("b")} AND kind = 'resolved'
          AND state IN ('pending', 'delivered', 'expired'))) AS "untoldEnds",
        (SELECT count(*) FROM alert_message e
        WHERE e.kind = 'resolved' AND e.state IN ('pending', 'delivered')
          AND NOT EXISTS (SELECT 1 FROM alert_message b
            WHERE b.alert_id = e.alert_id AND b.channel = e.channel AND b.kind <> 'resolved'
              AND ${isTold("b")})) AS "untoldBeginnings"`,
  });
}

function statementsOf(dialect: AlertsDialect) {
  return { ...alertStatements(dialect), ...muteStatements(dialect), ...sumStatements(dialect) };
}

export class SqlAlertRecords implements AlertRecords {
  readonly #source: SqlTransactions;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(source: SqlTransactions, dialect: AlertsDialect) {
    this.#source = source;
    this.#statements = statementsOf(dialect);
  }

  async alerts({ site, isOpen, since, after, limit }: AlertFilter): Promise<readonly Alert[]> {
    const values = [
      site ?? null,
      isOpen === undefined ? null : Number(isOpen),
      microsOf(since ?? null),
      limit,
      microsOf(after?.began_at ?? null),
      after?.id ?? null,
    ];
    return (await this.#query("read alerts", this.#statements.alerts, values)).map(alertOf);
  }

  async messages(alerts: readonly string[]): Promise<readonly KeptMessage[]> {
    const values = [JSON.stringify(alerts.filter((id) => UUID.test(id)))];
    const rows = await this.#query("read alert messages", this.#statements.messages, values);
    return rows.map((row) => valueOf(KEPT_MESSAGE_COLUMNS, row));
  }

  async channels(): Promise<readonly ChannelState[]> {
    const rows = await this.#query("read alert channels", this.#statements.channels);
    return rows.map((row) => valueOf(CHANNEL_COLUMNS, row));
  }

  async acknowledge(alert: string, author: string, reason: string): Promise<readonly Alert[]> {
    if (!UUID.test(alert)) return [];
    const { acknowledge } = this.#statements;
    const values = [alert, author, reason];
    return (await this.#query("acknowledge alerts", acknowledge, values, "write")).map(alertOf);
  }

  async mutes(since: Date): Promise<readonly Mute[]> {
    const rows = await this.#query("read mutes", this.#statements.mutes, [microsOf(since)]);
    return rows.map((row) => valueOf(MUTE_COLUMNS, row));
  }

  async putMute(mute: Mute): Promise<boolean> {
    const values = [JSON.stringify([rowOf(MUTE_COLUMNS, mute)])];
    const { putMute } = this.#statements;
    return (await this.#query("change a mute", putMute, values, "write")).length > 0;
  }

  putPlan(windows: readonly Mute[]): Promise<void> {
    const ids = JSON.stringify(windows.map(({ id }) => id));
    const { endWindows, dropWindows, putWindows } = this.#statements;
    return this.#source.transaction("change planned work", "write", async (connection) => {
      await connection.query(endWindows, [ids]);
      await connection.query(dropWindows, [ids]);
      await inTurns(connection, putWindows, windows.map((it) => rowOf(MUTE_COLUMNS, it)));
    });
  }

  sums(): Promise<MessageSums> {
    return this.#source.transaction("add up alert messages", "read", async (connection) => {
      type State = { readonly state: MessageState; readonly messages: number };
      const found = await connection.query<State>(this.#statements.states);
      const [sums] = await connection.query<Omit<MessageSums, "states">>(this.#statements.sums);
      const none = MESSAGE_STATES.map((state) => [state, 0]);
      const counts = found.map(({ state, messages }) => [state, messages]);
      return { ...sums!, states: Object.fromEntries([...none, ...counts]) };
    });
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #query(
    action: string,
    statement: Statement,
    values: readonly unknown[] = [],
    kind: TransactionKind = "read",
  ): Promise<Cells[]> {
    return this.#source.transaction(action, kind, (it) => it.query<Cells>(statement, values));
  }
}
