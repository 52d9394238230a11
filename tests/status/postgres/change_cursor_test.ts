// Live pages must miss nothing, whatever the order in which transactions commit.
import { deepStrictEqual } from "node:assert/strict";
import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import { closing } from "../../contract/opened_store.ts";
import { aReport, chunk } from "../../contract/site_reports.ts";
import { postgresParts } from "../../../src/status/postgres/postgres_parts.ts";
import { type PostgresServer, startPostgres } from "../../services/postgres.ts";
import { serviceTest } from "../../services/with_services.ts";
import { eventually } from "../../support/waiting.ts";
import { openSession, optionsOf, ownRole, postgresTest, type Session } from "./opened_store.ts";

const ownServerTest = serviceTest("own postgres");

const FRESH = { next_check_ms: null };

postgresTest(
  "changesSince() tells what began before the cursor and ended after it",
  async (opened) => {
    const { store, queries, options } = opened;
    const reports = ["a", "b"].map((site, index) =>
      aReport({ site, sequence: index + 1, ...FRESH })
    );
    await store.apply(chunk(reports));
    await using slow = await openSession(options);
    await slow.query("BEGIN");
    await slow.query(
      "UPDATE site_status SET outcome = 'down', changed_in = pg_current_xact_id() WHERE site = 'a'",
    );
    const newer = aReport({ site: "b", sequence: 3, recorded_at: Date.now() * 1_000, ...FRESH });
    await store.apply(chunk([newer]));
    const before = await queries.changesSince(undefined);
    deepStrictEqual(before.statuses.map(({ outcome }) => outcome), ["up", "up"]);
    await slow.query("COMMIT");
    const after = await queries.changesSince(before.cursor);
    deepStrictEqual(after.statuses.map(({ site, outcome }) => [site, outcome]), [["a", "down"]]);
  },
);

postgresTest(
  "changesSince() tells nothing twice, when rows came from another server",
  async (it) => {
    const reports = ["a", "b", "gone"].map((site, index) =>
      aReport({ site, sequence: index + 1, ...FRESH })
    );
    await it.store.apply(chunk(reports));
    await it.maintenance.forget("gone");
    await it.session.query("UPDATE site_status SET changed_in = '1000000000000'");
    const { cursor } = await it.queries.changesSince(undefined);
    const newer = aReport({ site: "b", sequence: 4, recorded_at: Date.now() * 1_000, ...FRESH });
    await it.store.apply(chunk([newer]));
    const { statuses, removed } = await it.queries.changesSince(cursor);
    deepStrictEqual([statuses.map(({ site }) => site), removed], [["b"], []]);
  },
);

postgresTest("PostgresQueries answers, when the role may only read", async (opened) => {
  const { store, options, session } = opened;
  await store.apply(chunk([aReport(FRESH)]));
  await using own = await ownRole(opened, "CONNECTION LIMIT 3");
  await session.query(`
    ALTER ROLE ${own.role} SET default_transaction_read_only = on;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${options.schema} TO ${own.role}`);
  await using queries = closing(new PostgresQueries({ connection: own.login }));
  const key = { site: "shop", location: "default" };
  const { cursor, statuses } = await queries.changesSince(undefined);
  deepStrictEqual(statuses, await queries.statuses());
  deepStrictEqual((await queries.changesSince(cursor)).statuses, []);
  deepStrictEqual((await queries.uptimes()).length, 1);
  deepStrictEqual((await queries.daily([key], 90))[0]!.days.length, 90);
  const history = await queries.history(key, { transitionDays: 30, latencyDays: 30 });
  deepStrictEqual(history!.recent.length, 1);
});

for (
  const [crash, cause] of [
    ["the server", async ({ server }) => {
      await server.stop();
      await server.start();
    }],
    ["a process of it", async ({ session }) => {
      const [row] = await session.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      Deno.kill(row!.pid, "SIGKILL");
    }],
  ] satisfies [string, (it: { server: PostgresServer; session: Session }) => Promise<void>][]
) {
  ownServerTest(`changesSince() tells what has its number after a crash of ${crash}`, async () => {
    const LOST = 20;
    // The numbers of what was rolled back reach the disk that late: a crash takes them back.
    await using server = await startPostgres({ settings: { wal_writer_delay: "10s" } });
    const options = optionsOf(server);
    const parts = postgresParts(options, {});
    await using store = closing(parts.status());
    await using queries = closing(parts.queries());
    await store.migrate();
    const session = await openSession(options);
    for (let count = 0; count < LOST; count++) {
      await session.query("BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
    }
    const { cursor } = await queries.changesSince(undefined);
    await cause({ server, session });
    const apply = (site: string, sequence: number) =>
      eventually(60_000, "a server", () => {
        return store.apply(chunk([aReport({ site, sequence, ...FRESH })]));
      });
    await apply("first", 1);
    for (let sequence = 2; sequence < 2 + LOST; sequence++) await apply("others", sequence);
    const { statuses } = await eventually(60_000, "changes", () => queries.changesSince(cursor));
    deepStrictEqual(statuses.map(({ site }) => site), ["first", "others"]);
  });
}
