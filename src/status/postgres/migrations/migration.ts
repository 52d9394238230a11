/** One step from a version of the tables to the next. A step that was released never changes. */
import type { Connection } from "../connection/connection.ts";

export interface Migration {
  /** 1, 2, 3 … */
  readonly version: number;
  /** What it does, for people who read `schema_migration`. */
  readonly name: string;
  /** Runs inside a transaction that holds the migration lock. */
  up(connection: Connection): Promise<unknown>;
}
