import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Client } from "pg";
import { createDatabase } from "./database.ts";
import { startKafka } from "./kafka.ts";
import { type PostgresAddress, startPostgres } from "./postgres.ts";
import { serviceTest } from "./with_services.ts";
import { eventually, within } from "../support/waiting.ts";

const databaseTest = serviceTest("postgres");
const postgresTest = serviceTest("own postgres");
const kafkaTest = serviceTest("own kafka");

async function query({ url }: PostgresAddress, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function isListening(address: string): Promise<boolean> {
  try {
    (await Deno.connect({ port: Number(address.split(":")[1]) })).close();
    return true;
  } catch {
    return false;
  }
}

databaseTest("createDatabase() gives each test its own, when it is called twice", async () => {
  await using first = await createDatabase();
  await using second = await createDatabase();
  await query(first, "CREATE TABLE t ()");
  deepStrictEqual(await query(second, "SELECT 1 FROM pg_class WHERE relname = 't'"), []);
});

postgresTest("startPostgres() starts again with its data, when it was stopped", async () => {
  const settings = { max_connections: "7" };
  await using postgres = await startPostgres({ fsync: true, settings });
  await query(postgres, "CREATE TABLE t AS SELECT 42 AS answer");
  deepStrictEqual(await query(postgres, "SHOW max_connections"), [{ max_connections: "7" }]);
  await postgres.stop();
  await rejects(() => query(postgres, "SELECT 1"), /ECONNREFUSED/);
  await postgres.start();
  deepStrictEqual(await query(postgres, "TABLE t"), [{ answer: 42 }]);
});

postgresTest("suspend() lets a query hang until resume()", async () => {
  await using postgres = await startPostgres();
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  postgres.suspend();
  const answer = client.query("SELECT 1");
  await rejects(within(100, "an answer", answer), /not within/);
  postgres.resume();
  await answer;
  await client.end();
});

kafkaTest("startKafka() starts three brokers, one of which can be killed and started", async () => {
  await using kafka = await startKafka({ brokers: 3 });
  const broker = kafka.brokers[0]!;
  ok(await isListening(broker.address));
  await broker.kill();
  ok(!await isListening(broker.address));
  await broker.start();
  ok(await isListening(broker.address));
});

postgresTest("a server ends with the process that started it, when that is killed", async () => {
  const url = new URL("./postgres.ts", import.meta.url);
  const script = `const { startPostgres } = await import(${JSON.stringify(url.href)});
    console.log((await startPostgres()).port); setInterval(() => {}, 1000);`;
  const owner = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    stdout: "piped",
  }).spawn();
  const reader = owner.stdout.getReader();
  const port = new TextDecoder().decode((await reader.read()).value).trim();
  ok(await isListening(`127.0.0.1:${port}`));
  owner.kill("SIGKILL");
  await owner.status;
  await reader.cancel();
  await eventually(60_000, "the end of the server", async () => {
    return !await isListening(`127.0.0.1:${port}`) || undefined;
  });
});

function testWithoutJava(env: Record<string, string>): { code: number; printed: string } {
  const file = new URL("./needing_kafka.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", file],
    env: { PATH: "/nowhere", NO_COLOR: "1", ...env },
  }).outputSync();
  const decoder = new TextDecoder();
  return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("serviceTest() ignores a test with the reason, when its service cannot be had", () => {
  const { code, printed } = testWithoutJava({ CI: "" });
  strictEqual(code, 0, printed);
  ok(printed.includes("a test that needs Kafka [no Kafka: java is missing] ... ignored"), printed);
});

Deno.test("serviceTest() fails a test, when its service cannot be had under CI=true", () => {
  const { code, printed } = testWithoutJava({ CI: "true" });
  strictEqual(code, 1, printed);
  ok(printed.includes("cannot run here: no Kafka: java is missing"), printed);
});
