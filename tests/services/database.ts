/** A database of one test's own on the server that the tests of a run share. */
import { Client } from "pg";
import { parsePostgresUrl, type PostgresAddress } from "./postgres.ts";
import { uniqueName } from "./unique_name.ts";

/** Removed with everything in it when it is disposed. */
export type TestDatabase = PostgresAddress & AsyncDisposable;

/** Creates an empty database; in a test that was registered with `serviceTest(["postgres"], …)`. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = Deno.env.get("SITEMON_TEST_POSTGRES")!;
  const name = uniqueName("test");
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    ...parsePostgresUrl(url.href),
    [Symbol.asyncDispose]: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const { host, port, user, password, db } = parsePostgresUrl(url);
  const client = new Client({ host, port, user, password, database: db });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
