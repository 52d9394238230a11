/** SQL with a name, by which the server keeps it prepared. */

export interface Statement {
  /** Unique within sitemon. */
  readonly name: string;
  readonly text: string;
}
