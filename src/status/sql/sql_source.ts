/** What asks both stores in the same SQL: statements with `$1`, `$2` … and rows. */

/** SQL with a name, by which PostgreSQL keeps it prepared. */
export interface Statement {
  /** Unique within sitemon. */
  readonly name: string;
  readonly text: string;
}

export interface Queryable {
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Connects at its first use. */
export interface SqlSource {
  /** `action` says in errors what failed. Rejects with the errors of the store port. */
  use<T>(action: string, work: (connection: Queryable) => Promise<T>): Promise<T>;
  close(): void | Promise<void>;
}
