// Goal: a fail-over of the chaos suite is one, and loses nothing by itself.
import { deepStrictEqual, rejects } from "node:assert/strict";
import { Client } from "pg";
import type { PostgresServer } from "../../services/postgres.ts";
import { serviceTest } from "../../services/with_services.ts";
import { PostgresPair } from "./postgres_pair.ts";

async function query({ url }: PostgresServer, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

serviceTest("own postgres")(
  "PostgresPair.failOver() keeps what was committed, again and again",
  async () => {
    await using pair = await PostgresPair.start();
    await query(pair.primary, "CREATE TABLE t (n int)");
    for (const n of [1, 2]) {
      await query(pair.primary, `INSERT INTO t VALUES (${n})`);
      const gone = pair.primary;
      await pair.failOver();
      await pair.replaceStandby();
      await rejects(() => query(gone, "SELECT 1"), /ECONNREFUSED/);
    }
    deepStrictEqual(await query(pair.primary, "SELECT n FROM t ORDER BY n"), [{ n: 1 }, { n: 2 }]);
  },
);
