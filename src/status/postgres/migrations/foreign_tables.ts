/** Whether a schema's tables are sitemon's: another program's are neither changed nor filled. */
import type { Connection } from "../connection/connection.ts";
import type { Migration } from "./migration.ts";

/** What the original Python service's table has, which the first migration takes over. */
const V1_COLUMNS = [
  ...["url", "last_checked", "response_time", "response_code", "error_text"],
  ...["pattern", "pattern_match"],
];

const MIGRATION_COLUMNS = ["version", "name", "applied_at"];

/** Tables and views that migrations make. */
export const OWN_RELATIONS: readonly string[] = [
  ...["site_status", "site_report", "site_transition", "site_hour", "site_day", "producer_gap"],
  ...["dead_letter", "history_horizon", "schema_migration", "writer_schema"],
  ...["site_current", "site_uptime", "site_latency", "site_incident", "site_sla"],
  ...["alert", "alert_message", "alert_channel", "alert_rule", "alert_decider", "mute"],
];

const RELATIONS = {
  name: "migration_relations",
  text: `SELECT c.relname AS name, coalesce(array_agg(a.attname::text) FILTER (
      WHERE a.attnum > 0 AND NOT a.attisdropped), '{}') AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = $1 AND c.relname = ANY($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    GROUP BY c.relname ORDER BY c.relname`,
};

const FIRST = {
  name: "migration_first",
  text: "SELECT version, name FROM schema_migration ORDER BY version LIMIT 1",
};

interface Relation {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * The name of a table or view that stands where sitemon's would, but is another program's;
 * `undefined` when there is none. What has a first migration of sitemon's is sitemon's.
 */
export async function foreignTable(
  connection: Connection,
  schema: string,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  const relations = await connection.query<Relation>(RELATIONS, [schema, OWN_RELATIONS]);
  const journal = relations.find(({ name }) => name === "schema_migration");
  if (journal !== undefined) {
    if (!hasAll(journal, MIGRATION_COLUMNS)) return journal.name;
    const [first] = await connection.query<{ version: number; name: string }>(FIRST);
    if (first !== undefined) {
      const isOwn = first.version === 1 && first.name === migrations[0]!.name;
      return isOwn ? undefined : journal.name;
    }
  }
  return relations.find((relation) =>
    relation !== journal && !(relation.name === "site_status" && hasAll(relation, V1_COLUMNS))
  )?.name;
}

function hasAll({ columns }: Relation, names: readonly string[]): boolean {
  return names.every((name) => columns.includes(name));
}

/** For people: what stands in the way, and what to do. */
export function foreignTableText(schema: string, table: string): string {
  return `table "${table}" in schema "${schema}" is another program's; choose an empty schema with ` +
    '"postgres.schema"';
}
