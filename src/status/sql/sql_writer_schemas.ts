/** The schemas of a registry in SQL that both stores understand. */
import type { WriterSchemaStore } from "../writer_schemas.ts";
import type { SqlSource, Statement } from "./sql_source.ts";

const READ: Statement = {
  name: "writer_schema_read",
  text: "SELECT schema FROM writer_schema WHERE registry = $1 AND path = $2",
};

const WRITE: Statement = {
  name: "writer_schema_write",
  text: "INSERT INTO writer_schema VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
};

export class SqlWriterSchemas implements WriterSchemaStore {
  readonly #source: SqlSource;

  constructor(source: SqlSource) {
    this.#source = source;
  }

  async read(registry: string, path: string): Promise<string | undefined> {
    const [row] = await this.#source.use(
      "read a schema",
      (connection) => connection.query<{ schema: string }>(READ, [registry, path]),
    );
    return row?.schema;
  }

  async write(registry: string, path: string, schema: string): Promise<void> {
    await this.#source.use(
      "keep a schema",
      (connection) => connection.query(WRITE, [registry, path, schema]),
    );
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}
