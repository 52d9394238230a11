/** The alert port in SQL: each call is one transaction. */
import {
  type AlertStore,
  type Attempt,
  type ClaimOptions,
  type Decision,
  type Delivery,
  LEAD_MS,
  type Look,
  type LookOptions,
  RECENT_CHECKS_MAX,
} from "../../alert_store.ts";
import { named, type Queryable, type SqlTransactions } from "../sql_source.ts";
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
    ...named("alert", {
      // A row rather than a lock of the session: behind a pooler the session is not this store's.
      lead: `INSERT INTO alert_decider AS d (id, holder, leads_until)
        VALUES (1, $1, ${later(`${LEAD_MS}`)})
        ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, leads_until = excluded.leads_until
        WHERE ${isFree} RETURNING holder`,
      resign: `UPDATE alert_decider SET leads_until = ${now} WHERE holder = $1`,
    }),
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

  async lead(): Promise<boolean> {
    const { lead } = this.#statements;
    const [leader] = await this.#write("lead the alerts", (it) => it.query(lead, [this.#holder]));
    this.#hasLed ||= leader !== undefined;
    return leader !== undefined;
  }

  async look(options: LookOptions): Promise<Look> {
    if (options.checks > RECENT_CHECKS_MAX) {
      throw new RangeError(
        `invalid "checks": ${options.checks} is more than the limit of ${RECENT_CHECKS_MAX}`,
      );
    }
    await this.#start(options.rules);
    const action = "read what alerts are decided from";
    const seen = await this.#source.transaction(
      action,
      "read",
      (it) => look(it, this.#statements, options),
    );
    // A server that took over, or a backup, may have lost them.
    if (options.rules.some((rule) => seen.started[rule] === undefined)) this.#rules = "[]";
    return seen;
  }

  /** Rules that are new in this database are looked at from now on. */
  async #start(rules: readonly string[]): Promise<void> {
    const values = JSON.stringify(rules);
    if (this.#rules === values) return;
    const { addRules, forgetRules } = this.#statements;
    await this.#write("start the rules of alerts", async (it) => {
      await it.query(addRules, [values]);
      await it.query(forgetRules, [values]);
    });
    this.#rules = values;
  }

  write(decision: Decision): Promise<void> {
    const by = { ...decision, holder: this.#holder };
    return this.#write("write alerts", (it) => writeDecision(it, this.#statements, by));
  }

  claim(
    channels: readonly string[],
    leaseMs: number,
    options: ClaimOptions = {},
  ): Promise<readonly Delivery[]> {
    const wanted = { ...options, channels, leaseMs };
    return this.#write("claim alert messages", (it) => claim(it, this.#statements, wanted));
  }

  settle(attempt: Attempt): Promise<void> {
    return this.#write("settle alert messages", (it) => settle(it, this.#statements, attempt));
  }

  /** Gives the lead away, if the store can be reached. */
  async close(): Promise<void> {
    const { resign } = this.#statements;
    if (this.#hasLed) {
      await this.#write("resign from alerts", (it) => it.query(resign, [this.#holder]))
        .catch(() => {});
    }
    await this.#source.close();
  }

  #write<T>(action: string, work: (connection: Queryable) => Promise<T>): Promise<T> {
    return this.#source.transaction(action, "write", work);
  }
}
