/** What `sitemon doctor` checks about PostgreSQL: login, clock, tables, privileges. It changes nothing. */
import { type Finding, Findings, reach } from "../../runtime/finding.ts";
import { Connection } from "./connection/connection.ts";
import { storeError } from "./connection/errors.ts";
import { foreignTable, foreignTableText } from "./migrations/foreign_tables.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { SERVER_FACTS, type ServerFacts, unfitness } from "./migrations/unfitness.ts";
import { type PostgresOptions, serverName } from "./connection/postgres_options.ts";

/** A report that is more than five minutes ahead of the store's clock is set to that clock. */
const SKEW_MAX_MS = 60_000;

const STATE = {
  name: "doctor_state",
  text: `SELECT ${SERVER_FACTS},
    current_setting('default_transaction_read_only')::boolean AS is_read_only,
    pg_is_in_recovery() AS is_standby,
    EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS has_schema,
    has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
    coalesce((SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE')
      FROM pg_namespace WHERE nspname = $1), false) AS may_create_tables,
    EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = 'schema_migration') AS has_tables,
    (SELECT string_agg(c.relname, ', ' ORDER BY c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT (
        has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND
        has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS closed_tables,
    (SELECT string_agg(c.relname, ', ' ORDER BY c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
        AND NOT has_table_privilege(c.oid, 'SELECT')) AS unreadable_tables,
    (SELECT string_agg(p.proname, ', ' ORDER BY p.proname)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = $1 AND p.proname LIKE '%\\_report\\_partition%' AND NOT
        has_function_privilege(p.oid, 'EXECUTE')) AS closed_functions,
    extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms`,
};

const VERSION = {
  name: "doctor_version",
  text: "SELECT coalesce(max(version), 0) AS version FROM schema_migration",
};

interface State extends ServerFacts {
  readonly is_read_only: boolean;
  readonly is_standby: boolean;
  readonly has_schema: boolean;
  readonly may_create_schema: boolean;
  readonly may_create_tables: boolean;
  readonly has_tables: boolean;
  readonly closed_tables: string | null;
  readonly unreadable_tables: string | null;
  readonly closed_functions: string | null;
  readonly now_ms: number;
}

/**
 * Tries each step once, and stops at the first that the others need. `readsOnly` is for the status
 * page on its own, whose role needs `SELECT` and nothing else.
 */
export async function examinePostgres(
  options: PostgresOptions,
  { readsOnly = false } = {},
): Promise<Finding[]> {
  const { host, port, user, database, schema, tls } = options;
  const findings = new Findings(`PostgreSQL ${serverName(options)}`);
  if (
    !await reach(
      host.startsWith("/") ? { path: serverName(options) } : { hostname: host, port },
      findings,
    )
  ) return findings.list;
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(options);
    const way = connection.isPooled ? ", through a connection pooler" : "";
    findings.ok("login", `"${user}" connected to "${database}", tls: ${tls.mode}${way}`);
    const beforeMs = Date.now();
    const [state] = await connection.query<State>(STATE, [schema]);
    examineClock(state!.now_ms - (beforeMs + Date.now()) / 2, findings);
    const unfit = unfitness(state!);
    if (unfit !== undefined) {
      findings.problem("database", unfit);
      return findings.list;
    }
    const foreign = await foreignTable(connection, schema, MIGRATIONS);
    if (foreign !== undefined) {
      findings.problem("tables", foreignTableText(schema, foreign));
      return findings.list;
    }
    const [newest] = state!.has_tables ? await connection.query<{ version: number }>(VERSION) : [];
    examineTables(state!, { schema, version: newest?.version ?? 0, readsOnly }, findings);
  } catch (error) {
    const { message } = storeError(error, { action: "use the database", host, port });
    findings.problem(connection === undefined ? "login" : "privileges", message);
  } finally {
    await connection?.close();
  }
  return findings.list;
}

function examineClock(skewMs: number, findings: Findings): void {
  const seconds = Math.abs(skewMs / 1_000).toFixed(1);
  const detail = `the server's clock is ${seconds} s ${
    skewMs < 0 ? "behind" : "ahead of"
  } this one`;
  if (Math.abs(skewMs) <= SKEW_MAX_MS) findings.ok("clock", detail);
  else findings.problem("clock", `${detail}; synchronize both`);
}

function examineTables(
  state: State,
  { schema, version, readsOnly }: {
    readonly schema: string;
    readonly version: number;
    readonly readsOnly: boolean;
  },
  findings: Findings,
): void {
  const newest = MIGRATIONS.length;
  const tables = `schema "${schema}" is at version ${version}`;
  if (version > newest) {
    findings.problem(
      "schema version",
      `${tables}, but this sitemon supports up to ${newest}; upgrade sitemon`,
    );
  } else if (version === newest) findings.ok("schema version", tables);
  else findings.ok("schema version", `${tables}; the consumer migrates it to ${newest}`);
  const problem = readsOnly
    ? readProblem(state)
    : privilegeProblem(state, { schema, isMigrated: version >= newest });
  if (problem !== undefined) findings.problem("privileges", problem);
  else findings.ok("privileges", "the role has every privilege it needs");
}

function readProblem({ unreadable_tables }: State): string | undefined {
  return unreadable_tables === null
    ? undefined
    : `the role may not read ${unreadable_tables}; grant it SELECT`;
}

/** The first thing that the role may not do and needs to. */
function privilegeProblem(
  state: State,
  { schema, isMigrated }: { readonly schema: string; readonly isMigrated: boolean },
): string | undefined {
  if (state.is_standby) {
    return 'the server is a read-only standby; set "postgres.host" to the primary';
  }
  if (state.is_read_only) {
    return "default_transaction_read_only is on for this role, database or server; set it to off";
  }
  const mayMigrate = state.has_schema ? state.may_create_tables : state.may_create_schema;
  if (!isMigrated && !mayMigrate) {
    return `the role may not create ${state.has_schema ? "tables" : `schema "${schema}"`}; ` +
      'grant it CREATE, or run "sitemon migrate" as a role that has it';
  }
  const { closed_tables, closed_functions } = state;
  if (closed_tables !== null) {
    return `the role may not read and write ${closed_tables}; grant it SELECT, INSERT, UPDATE, DELETE`;
  }
  return closed_functions === null
    ? undefined
    : `the role may not call ${closed_functions}; grant it EXECUTE`;
}
