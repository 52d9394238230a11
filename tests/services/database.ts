/** A database of one test's own on the server that the tests of a run share. */
import { Client } from "pg";
import { parsePostgresUrl, type PostgresAddress } from "./postgres.ts";
import { uniqueName } from "../support/unique_name.ts";

/** Removed with everything in it when it is disposed. */
export type TestDatabase = PostgresAddress & AsyncDisposable;

/**
 * Creates an empty database, with options of CREATE DATABASE; in a test that was registered with
 * `serviceTest("postgres")`.
 */
export async function createDatabase(options?: string): Promise<TestDatabase> {
  return await createDatabaseOn(Deno.env.get("SITEMON_TEST_POSTGRES")!, options);
}

/** One whose files are all in a folder, which may be a disk of its own and must be empty. */
export async function createDatabaseIn(
  folder: string,
  server: PostgresAddress,
): Promise<TestDatabase> {
  const tablespace = uniqueName("space");
  await execute(server.url, `CREATE TABLESPACE ${tablespace} LOCATION '${folder}'`);
  const database = await createDatabaseOn(server.url, `TABLESPACE ${tablespace}`);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await execute(server.url, `DROP TABLESPACE ${tablespace}`);
    },
  };
}

async function createDatabaseOn(server: string, options = ""): Promise<TestDatabase> {
  const name = uniqueName("test");
  await execute(server, `CREATE DATABASE ${name} ${options}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    ...parsePostgresUrl(url.href),
    [Symbol.asyncDispose]: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
