/**
 * What a session of sitemon sets, whatever its role, database or server has set: how values are
 * printed and read, how statements are planned, and how long they may take. As startup parameters,
 * poolers would refuse them.
 */
import { escapeLiteral } from "pg";
import type { PostgresOptions } from "./postgres_options.ts";

/** The server ends a session that is idle inside a transaction, so that its row locks are freed. */
const IDLE_IN_TRANSACTION_MS = 60_000;

const PRINTING = {
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  array_nulls: "on",
  standard_conforming_strings: "on",
};

/** Each statement has to see what was committed before it got its locks. */
const TRANSACTIONS = {
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
};

// What a role may have switched off is on, except what costs sitemon seconds: plans are cached, and
// one made while a table was empty must not scan it once it is full; and compiling takes seconds
// where the statements take milliseconds.
const PLANNING = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  jit: "off",
  ...Object.fromEntries(
    "indexscan indexonlyscan bitmapscan tidscan nestloop hashjoin mergejoin hashagg sort \
incremental_sort material memoize partition_pruning".split(" ").map((it) => [`enable_${it}`, "on"]),
  ),
  from_collapse_limit: "8",
  join_collapse_limit: "8",
};

/**
 * SQL without parameters, so that it can be sent with a BEGIN. `isLocal` sets for the rest of the
 * transaction only. Read-only by default stays: who made a role or a server so meant it.
 */
export function sessionSettings(
  { schema, statementTimeoutMs, idleInTransactionMs = IDLE_IN_TRANSACTION_MS }: PostgresOptions,
  isLocal: boolean,
): string {
  const set = (name: string, value: string) => `set_config('${name}', ${value}, ${isLocal})`;
  const values = {
    ...PRINTING,
    ...TRANSACTIONS,
    ...PLANNING,
    statement_timeout: `${statementTimeoutMs}ms`,
    // Waiting for a lock is a part of the statement's time.
    lock_timeout: "0",
    idle_in_transaction_session_timeout: `${idleInTransactionMs}ms`,
  };
  const settings = [
    set("search_path", `quote_ident(${escapeLiteral(schema)})`),
    ...Object.entries(values).map(([name, value]) => set(name, `'${value}'`)),
    // The sender forgets what is committed here, so a commit has to reach the disk.
    `CASE current_setting('synchronous_commit')
      WHEN 'off' THEN ${set("synchronous_commit", "'on'")} END`,
  ];
  return `SELECT ${settings.join(",\n  ")}`;
}
