/** What asks both stores in the same SQL: statements with `$1`, `$2` … and rows. */

/** SQL with a name, by which PostgreSQL keeps it prepared. */
export interface Statement {
  /** Unique within sitemon. */
  readonly name: string;
  readonly text: string;
}

/** Statements that are named after their keys: `count` of `letter` is `letter_count`. */
export function named<Key extends string>(
  prefix: string,
  texts: Readonly<Record<Key, string>>,
): Readonly<Record<Key, Statement>> {
  const all = Object.entries<string>(texts)
    .map(([key, text]) => [key, { name: `${prefix}_${key}`, text }]);
  return Object.fromEntries(all);
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

/** What a transaction may do; `read` sees one snapshot throughout. */
export type TransactionKind = "read" | "write";

/** Connects at its first use; transactions of one source follow each other. */
export interface SqlTransactions {
  /** Commits, or rolls back and rejects with the errors of the store port. */
  transaction<T>(
    action: string,
    kind: TransactionKind,
    work: (connection: Queryable) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}
