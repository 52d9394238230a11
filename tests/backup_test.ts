// docs/backup.md is read when something is lost: its commands are run here, on real servers and files.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeReport } from "../src/report/codec.ts";
import { PostgresQueries } from "../src/status/postgres/postgres_queries.ts";
import { closing } from "./contract/opened_store.ts";
import { DEADLINE_MS, Pipeline, storedSequence, storesMoreThan } from "./integration/pipeline.ts";
import { RunFolder } from "./integration/run_folder.ts";
import { recentReport, writeMessages } from "./integration/write_messages.ts";
import { findDumpPrograms, parsePostgresUrl, startPostgres } from "./services/postgres.ts";
import { run } from "./services/programs.ts";
import { serviceTest } from "./services/with_services.ts";
import { openSession, optionsOf, tablesOf } from "./status/postgres/opened_store.ts";
import { freePort } from "./support/free_port.ts";
import { serveLocally } from "./support/local_server.ts";
import { sitemon } from "./support/sitemon_process.ts";
import { eventually } from "./support/waiting.ts";

const PAGE = Deno.readTextFileSync(new URL("../docs/backup.md", import.meta.url));
const COMMANDS = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);

/** Runs the block of the page that begins so, in a folder. */
function runBlock(start: string, cwd: string, env: Record<string, string> = {}): void {
  const [command, ...others] = COMMANDS.filter((block) => block.startsWith(start));
  ok(command !== undefined && others.length === 0, start);
  run(["sh", "-ec", command], { cwd, env });
}

/** Lets the consumer keep its tables in the schema `sitemon` of a database. */
function keepIn({ consumerFile }: Pipeline, url: string): void {
  const { host, port, user, password, db } = parsePostgresUrl(url);
  const section = { host, port, user, password, db, schema: "sitemon" };
  const yaml = Deno.readTextFileSync(consumerFile);
  Deno.writeTextFileSync(
    consumerFile,
    yaml.replace(/^postgres: .*$/m, `postgres: ${JSON.stringify(section)}`),
  );
}

/** Runs the consumer until the database at the url has that many reports; resolves to all tables. */
async function consumed(pipeline: Pipeline, url: string, count: number) {
  keepIn(pipeline, url);
  const consumer = pipeline.startConsumer();
  await using session = await openSession(optionsOf(parsePostgresUrl(url), { schema: "sitemon" }));
  await eventually(DEADLINE_MS, `${count} reports`, async () => {
    const rows = await session.query("SELECT FROM site_report").catch(() => []);
    return rows.length === count || undefined;
  });
  strictEqual(await consumer.stop(), 0);
  return await tablesOf(session);
}

/** Of a role that owns its schema and may do nothing else, as in docs/operations.md. */
const OWNER = "CREATE ROLE sitemon LOGIN PASSWORD 'secret'";
const SCHEMA = "CREATE SCHEMA sitemon AUTHORIZATION sitemon";

const pipelineTest = serviceTest("kafka", "own postgres", "pg_dump");

pipelineTest("a dump and the topic bring back a database, and the topic most of it", async () => {
  const server = await startPostgres();
  await using pipeline = await Pipeline.create({ sites: "  []", database: server });
  const at = (db: string) => server.url.replace(/postgres$/, db);
  const ofOwner = (db: string) => at(db).replace(/[^/]*(?=@)/, "sitemon:secret");
  const asAdministrator = async (db: string, sql: string) => {
    await using admin = await openSession(optionsOf(parsePostgresUrl(at(db))));
    await admin.query(sql);
  };
  await asAdministrator("postgres", `${OWNER}; ${SCHEMA}`);
  const url = ofOwner("postgres");
  const write = (first: number, last: number, sites: readonly string[]) => {
    const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const reports = numbers.map((n) => recentReport(n, { site: sites[n % sites.length]! }));
    return writeMessages(pipeline, reports.map((report) => ({ value: encodeReport(report) })));
  };
  await write(1, 20, ["kept", "shop", "gone"]);
  await consumed(pipeline, url, 20);
  strictEqual((await sitemon(["forget", "gone", "-c", pipeline.consumerFile])).code, 0);
  const dumpedAt = new Date();
  const env = { PATH: `${findDumpPrograms().folder}:${Deno.env.get("PATH")}` };
  runBlock("pg_dump", pipeline.folder, { ...env, DATABASE: url });
  await write(21, 30, ["kept", "shop"]);
  const lost = await consumed(pipeline, url, 30);

  await asAdministrator("postgres", "CREATE DATABASE restored");
  runBlock("pg_restore", pipeline.folder, { ...env, ADMIN_DATABASE: at("restored") });
  const restored = ofOwner("restored");
  await using queries = closing(
    new PostgresQueries({
      connection: optionsOf(parsePostgresUrl(restored), { schema: "sitemon" }),
    }),
  );
  const { cursor, statuses } = await queries.changesSince(undefined);
  deepStrictEqual(statuses.map(({ site }) => site), ["kept", "shop"]);
  deepStrictEqual((await queries.changesSince(cursor)).removed, []);
  const rewind = (...to: string[]) => sitemon(["rewind", "-c", pipeline.consumerFile, ...to]);
  strictEqual((await rewind("--to", dumpedAt.toISOString())).code, 0);
  deepStrictEqual(await consumed(pipeline, restored, 30), lost);

  await asAdministrator("postgres", "CREATE DATABASE empty");
  await asAdministrator("empty", SCHEMA);
  strictEqual((await rewind()).code, 0);
  const found = await consumed(pipeline, ofOwner("empty"), 30);
  const { site_status: _, ...history } = lost;
  const { site_status, ...foundHistory } = found;
  deepStrictEqual(foundHistory, history);
  const removed = (rows: typeof site_status) =>
    rows.filter((row) => row.is_removed).map((row) => row.site);
  deepStrictEqual([removed(lost.site_status), removed(site_status)], [["gone"], []]);
});

serviceTest("kafka", "postgres")(
  "a copy of an outbox is published, and publishing the file as well changes nothing",
  async () => {
    const listen = `127.0.0.1:${freePort()}`;
    const nowhere = `127.0.0.1:${freePort()}`;
    await using pipeline = await Pipeline.create({
      sites: 2,
      bootstrap: nowhere,
      producer: "shutdown_timeout: 1s",
      consumer: `listen: ${listen}`,
    });
    const producer = pipeline.startProducer();
    await storesMoreThan(producer, 5);
    strictEqual(await producer.stop(), 0);
    const end = storedSequence(producer);
    const copy = `${pipeline.folder}/copy.db`;
    Deno.copyFileSync(pipeline.outboxPath, copy);
    for (const file of [pipeline.producerFile, pipeline.consumerFile]) {
      const text = Deno.readTextFileSync(file);
      Deno.writeTextFileSync(file, text.replace(nowhere, Deno.env.get("SITEMON_TEST_KAFKA")!));
    }
    for (const path of [copy, pipeline.outboxPath]) {
      const drain = ["outbox", "drain", "-c", pipeline.producerFile, "--path", path];
      const { stdout, stderr } = await sitemon(drain);
      strictEqual(stdout, `Published ${end} rows; the outbox is empty\n`, stderr);
    }
    pipeline.startConsumer();
    await eventually(DEADLINE_MS, `${end} duplicates`, async () => {
      const metrics = await fetch(`http://${listen}/metrics`).then((it) => it.text(), () => "");
      const counted = /^sitemon_ingest_reports_total\{.*result="duplicate".*\} (\d+)$/m.exec(
        metrics,
      );
      return Number(counted?.[1]) === end || undefined;
    });
    strictEqual(await pipeline.reports(), end);
  },
);

const fileTest = serviceTest("sqlite3");

fileTest("a copy that was made while sitemon run went on brings its store back", async () => {
  await using site = serveLocally(() => new Response("up"));
  using folder = new RunFolder(`
web: false
interval: 500ms
sites: [{ name: shop, url: '${site.origin}' }]`);
  const store = folder.file("sitemon-status.db");
  const yaml = Deno.readTextFileSync(folder.config);
  folder.write("run.yaml", yaml.replace(folder.file("status.db"), store));
  const sequences = (file: string) =>
    run(["sqlite3", "-readonly", file, "SELECT sequence FROM site_report ORDER BY sequence"])
      .trim().split("\n").filter((line) => line !== "").map(Number);
  const holdMore = (count: number) =>
    eventually(DEADLINE_MS, `more than ${count} reports`, () => {
      try {
        return sequences(store).length > count || undefined;
      } catch {
        return undefined;
      }
    });
  const first = folder.run();
  await holdMore(2);
  runBlock('sqlite3 sitemon-status.db ".backup', folder.path);
  runBlock('sqlite3 sitemon-status.db "VACUUM', folder.path);
  const copied = sequences(folder.file("copy.db"));
  ok(copied.length > 2 && sequences(folder.file("small.db")).length >= copied.length);
  await holdMore(copied.length + 2);
  await first.kill();
  runBlock("rm -f", folder.path);
  deepStrictEqual(sequences(store), copied);
  await using _second = folder.run();
  await holdMore(copied.length + 2);
  deepStrictEqual(sequences(store).slice(0, copied.length), copied);
});
