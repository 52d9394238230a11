/** Runs the statements that both stores share on a file of the SQLite store. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { columnTypeOf, FIELD_NAMES } from "../../report/fields.ts";
import type { Queryable, SqlSource, Statement } from "../sql/sql_source.ts";
import type { StoreFile } from "./store_file.ts";

type SqliteRow = Record<string, SQLOutputValue>;

/** What a statement answers; its values are those of `$1`, `$2` … */
export function rowsOf(
  db: DatabaseSync,
  { text }: Statement,
  values: readonly unknown[] = [],
): SqliteRow[] {
  const named = values.map((value, index) => [`$${index + 1}`, value as SQLInputValue]);
  return db.prepare(text).all(Object.fromEntries(named));
}

/** Calls block their thread, one statement at a time. */
export class SqliteSource implements SqlSource, Queryable {
  readonly #file: StoreFile;
  readonly #rowOf: (row: SqliteRow) => unknown;

  constructor(file: StoreFile, rowOf: (row: SqliteRow) => unknown = (row) => ({ ...row })) {
    this.#file = file;
    this.#rowOf = rowOf;
  }

  use<T>(_action: string, work: (connection: Queryable) => Promise<T>): Promise<T> {
    return work(this);
  }

  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    return this.#file.use((db) => rowsOf(db, statement, values).map(this.#rowOf) as Row[]);
  }

  close(): void {
    this.#file.close();
  }
}

/** Properties whose values a store may keep in a form of its own, and what they are. */
const PROPERTY_TYPES: ReadonlyMap<string, "time" | "structure" | "boolean"> = new Map([
  ["at", "time"],
  ["since", "time"],
  ["hour", "time"],
  ["began_at", "time"],
  ["ended_at", "time"],
  ["unknown_since", "time"],
  ["stale", "boolean"],
  ...FIELD_NAMES.flatMap((field) => {
    const type = columnTypeOf(field);
    const isPlain = type === "string" || type === "int" || type === "long";
    return isPlain ? [] : [[field, type] as const];
  }),
]);

/** A row with the values of the query port: SQLite has no times, booleans or structures. */
export function valuesOf(row: SqliteRow): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([property, cell]) => [property, valueOf(property, cell)]),
  );
}

/** Tables have times as microseconds since 1970, and views as ISO 8601. */
function valueOf(property: string, cell: SQLOutputValue): unknown {
  if (cell === null) return null;
  switch (PROPERTY_TYPES.get(property)) {
    case "time":
      return new Date(typeof cell === "number" ? cell / 1_000 : cell as string);
    case "structure":
      return JSON.parse(cell as string);
    case "boolean":
      return cell === 1;
    default:
      return cell;
  }
}
