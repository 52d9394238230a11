// Goal: a fail-over of the chaos suite is one, and loses nothing by itself.
import { deepStrictEqual, rejects } from "node:assert/strict";
import { serviceTest } from "../../services/with_services.ts";
import { openSession, optionsOf } from "../../status/postgres/opened_store.ts";
import { PostgresPair } from "./postgres_pair.ts";

serviceTest("own postgres")(
  "PostgresPair.failOver() keeps what was committed, again and again",
  async () => {
    await using pair = await PostgresPair.start();
    const query = async (sql: string, server = pair.primary) => {
      await using session = await openSession(optionsOf(server));
      return await session.query(sql);
    };
    await query("CREATE TABLE t (n int)");
    for (const n of [1, 2]) {
      await query(`INSERT INTO t VALUES (${n})`);
      const gone = pair.primary;
      await pair.failOver();
      await pair.replaceStandby();
      await rejects(() => query("SELECT 1", gone), /ECONNREFUSED/);
    }
    deepStrictEqual(await query("SELECT n FROM t ORDER BY n"), [{ n: 1 }, { n: 2 }]);
  },
);
