/** Brings the tables to this version, however many processes try to at once. */
import { StoreConfigurationError } from "../../store.ts";
import type { Connection } from "../connection/connection.ts";
import { foreignTable, foreignTableText } from "./foreign_tables.ts";
import type { Migration } from "./migration.ts";
import { MIGRATIONS } from "./migrations.ts";
import { SERVER_FACTS, type ServerFacts, unfitness } from "./unfitness.ts";

const LOCK = {
  name: "migration_lock",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('sitemon migration ' || $1, 0))",
};

// Reads the catalog itself: to_regclass and the like answer from a cache that misses what another
// process made while this one waited for the lock.
const IS_THERE = {
  name: "migration_table",
  text: `SELECT ${SERVER_FACTS},
    EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS has_schema,
    has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
    EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = 'schema_migration') AS has_table`,
};

const TABLE = `CREATE TABLE schema_migration (
  version int PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

const NEWEST = {
  name: "migration_newest",
  text: "SELECT coalesce(max(version), 0) AS version FROM schema_migration",
};

const RECORD = {
  name: "migration_record",
  text: "INSERT INTO schema_migration (version, name) VALUES ($1, $2)",
};

/**
 * Applies the migrations that are missing, each in its own transaction; the first leads to version 1.
 * Needs no right to change tables when none is missing. Rejects with StoreConfigurationError when
 * the database is newer, or has another program's tables in their place.
 */
export async function migrate(
  connection: Connection,
  { schema, migrations = MIGRATIONS }: {
    readonly schema: string;
    readonly migrations?: readonly Migration[];
  },
): Promise<void> {
  const foreign = await foreignTable(connection, schema, migrations);
  if (foreign !== undefined) throw new StoreConfigurationError(foreignTableText(schema, foreign));
  while (await versionOf(connection, schema) < migrations.length) {
    await connection.transaction(() => migrateOnce(connection, schema, migrations));
  }
  const version = await versionOf(connection, schema);
  if (version <= migrations.length) return;
  throw new StoreConfigurationError(
    `the tables are at version ${version}, but this sitemon supports up to ` +
      `${migrations.length}; upgrade sitemon`,
  );
}

/** Applies the next migration, unless another process did while this one waited for the lock. */
async function migrateOnce(
  connection: Connection,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  await connection.query(LOCK, [schema]);
  const version = await versionOf(connection, schema);
  const next = migrations[version];
  if (next === undefined) return;
  await makeTable(connection, schema);
  if (typeof next.up === "function") await next.up(connection);
  else for (const sql of next.up) await connection.execute(sql);
  await connection.query(RECORD, [version + 1, next.name]);
}

/** Newest migration of the database; 0 before the first. */
async function versionOf(connection: Connection, schema: string): Promise<number> {
  const there = await whatIsThere(connection, schema);
  const unfit = unfitness(there);
  if (unfit !== undefined) throw new StoreConfigurationError(unfit);
  if (!there.has_table) return 0;
  const [newest] = await connection.query<{ version: number }>(NEWEST);
  return newest!.version;
}

async function makeTable(connection: Connection, schema: string): Promise<void> {
  const { has_schema, may_create_schema, has_table } = await whatIsThere(connection, schema);
  if (!has_schema && !may_create_schema) {
    throw new StoreConfigurationError(
      `schema "${schema}" does not exist, and the role may not create it; create it, or correct ` +
        '"postgres.schema"',
    );
  }
  if (!has_schema) await connection.execute(`CREATE SCHEMA "${schema.replaceAll('"', '""')}"`);
  if (!has_table) await connection.execute(TABLE);
}

async function whatIsThere(connection: Connection, schema: string) {
  const [row] = await connection.query<
    ServerFacts & { has_schema: boolean; may_create_schema: boolean; has_table: boolean }
  >(IS_THERE, [schema]);
  return row!;
}
