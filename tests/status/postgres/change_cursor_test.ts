// Live pages must miss nothing, whatever the order in which transactions commit.
import { deepStrictEqual } from "node:assert/strict";
import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import { aReport } from "../../contract/site_reports.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openSession, openStore } from "./opened_store.ts";

const databaseTest = serviceTest("postgres");
const FRESH = { interval_ms: null };

databaseTest("changesSince() tells what began before the cursor and ended after it", async () => {
  await using opened = await openStore();
  const { store, options } = opened;
  const reports = ["a", "b"].map((site, index) => aReport({ site, sequence: index + 1, ...FRESH }));
  await store.apply({ reports, gaps: [], deadLetters: [] });
  const queries = new PostgresQueries({ connection: options });
  try {
    await using slow = await openSession(options);
    await slow.query("BEGIN");
    await slow.query(
      "UPDATE site_status SET outcome = 'down', changed_in = pg_current_xact_id() WHERE site = 'a'",
    );
    const newer = aReport({ site: "b", sequence: 3, recorded_at: Date.now() * 1_000, ...FRESH });
    await store.apply({ reports: [newer], gaps: [], deadLetters: [] });
    const before = await queries.changesSince(undefined);
    deepStrictEqual(before.statuses.map(({ outcome }) => outcome), ["up", "up"]);
    await slow.query("COMMIT");
    const after = await queries.changesSince(before.cursor);
    deepStrictEqual(after.statuses.map(({ site, outcome }) => [site, outcome]), [["a", "down"]]);
  } finally {
    await queries.close();
  }
});

databaseTest("PostgresQueries answers, when the role may only read", async () => {
  await using opened = await openStore();
  const { store, options, session } = opened;
  await store.apply({ reports: [aReport(FRESH)], gaps: [], deadLetters: [] });
  const user = `reader_${options.schema}`;
  await session.query(`
    CREATE ROLE ${user} LOGIN PASSWORD 'readme' CONNECTION LIMIT 3;
    ALTER ROLE ${user} SET default_transaction_read_only = on;
    GRANT USAGE ON SCHEMA ${options.schema} TO ${user};
    GRANT SELECT ON ALL TABLES IN SCHEMA ${options.schema} TO ${user}`);
  const queries = new PostgresQueries({
    connection: { ...options, user, password: "readme" },
  });
  try {
    const key = { site: "shop", location: "default" };
    const { cursor, statuses } = await queries.changesSince(undefined);
    deepStrictEqual(statuses, await queries.statuses());
    deepStrictEqual((await queries.changesSince(cursor)).statuses, []);
    deepStrictEqual((await queries.uptimes()).length, 1);
    deepStrictEqual((await queries.daily([key], 90))[0]!.days.length, 90);
    const history = await queries.history(key, { transitionDays: 30, latencyDays: 30 });
    deepStrictEqual(history!.recent.length, 1);
  } finally {
    await queries.close();
    await session.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
});
