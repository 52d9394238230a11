/** The alert port in SQL: each call is one transaction. */
import {
  type AlertStore,
  type Attempt,
  type Decision,
  type Delivery,
  LEAD_MS,
  type Look,
  type LookOptions,
  RECENT_CHECKS_MAX,
} from "../../alert_store.ts";
import type { SqlTransactions } from "../sql_source.ts";
import type { AlertsDialect } from "./alert_sql.ts";
import { claim, claimStatements, settle, settleStatements } from "./claim_and_settle.ts";
import { look, lookStatements } from "./look.ts";
import { decisionStatements, writeDecision } from "./write_decision.ts";

function statementsOf(dialect: AlertsDialect) {
  const { now, later, isFree } = dialect;
  return {
    ...lookStatements(dialect),
    ...decisionStatements(dialect),
    ...claimStatements(dialect),
    ...settleStatements(dialect),
    // A row rather than a lock of the session: behind a pooler the session is not this store's.
    lead: {
      name: "alert_lead",
      text: `INSERT INTO alert_decider AS d (id, holder, leads_until)
        VALUES (1, $1, ${later(`${LEAD_MS}`)})
        ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, leads_until = excluded.leads_until
        WHERE ${isFree} RETURNING holder`,
    },
    resign: {
      name: "alert_resign",
      text: `UPDATE alert_decider SET leads_until = ${now} WHERE holder = $1`,
    },
  };
}

export class SqlAlertStore implements AlertStore {
  /** Of the lead: this store alone has it. */
  readonly #holder = crypto.randomUUID();
  readonly #source: SqlTransactions;
  readonly #statements: ReturnType<typeof statementsOf>;
  #hasLed = false;
  /** Those that were started. */
  #rules = "[]";

  constructor(source: SqlTransactions, dialect: AlertsDialect) {
    this.#source = source;
    this.#statements = statementsOf(dialect);
  }

  lead(): Promise<boolean> {
    return this.#source.transaction("lead the alerts", "write", async (connection) => {
      const leader = await connection.query(this.#statements.lead, [this.#holder]);
      this.#hasLed ||= leader.length > 0;
      return leader.length > 0;
    });
  }

  async look(options: LookOptions): Promise<Look> {
    if (options.checks > RECENT_CHECKS_MAX) {
      throw new RangeError(
        `invalid "checks": ${options.checks} is more than the limit of ${RECENT_CHECKS_MAX}`,
      );
    }
    await this.#start(options.rules);
    return await this.#source.transaction(
      "read what alerts are decided from",
      "read",
      (connection) => look(connection, this.#statements, options),
    );
  }

  /** Rules that are new in this database are looked at from now on. */
  async #start(rules: readonly string[]): Promise<void> {
    const values = JSON.stringify(rules);
    if (this.#rules === values) return;
    await this.#source.transaction(
      "start the rules of alerts",
      "write",
      (connection) => connection.query(this.#statements.addRules, [values]),
    );
    this.#rules = values;
  }

  write(decision: Decision): Promise<void> {
    const holder = this.#holder;
    return this.#source.transaction(
      "write alerts",
      "write",
      (connection) => writeDecision(connection, this.#statements, { decision, holder }),
    );
  }

  claim(channels: readonly string[], leaseMs: number): Promise<readonly Delivery[]> {
    return this.#source.transaction(
      "claim alert messages",
      "write",
      (connection) => claim(connection, this.#statements, { channels, leaseMs }),
    );
  }

  settle(attempts: readonly Attempt[]): Promise<void> {
    return this.#source.transaction(
      "settle alert messages",
      "write",
      (connection) => settle(connection, this.#statements, attempts),
    );
  }

  /** Gives the lead away, if the store can be reached. */
  async close(): Promise<void> {
    if (this.#hasLed) await this.#resign().catch(() => {});
    await this.#source.close();
  }

  #resign(): Promise<unknown> {
    return this.#source.transaction(
      "resign from alerts",
      "write",
      (connection) => connection.query(this.#statements.resign, [this.#holder]),
    );
  }
}
