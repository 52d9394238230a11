// What the first, Python sitemon did, and what it got wrong, on real Kafka and PostgreSQL.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/waiting.ts";
import { freePort } from "../support/free_port.ts";
import { serviceTest } from "../services/with_services.ts";
import { sitemon } from "../support/sitemon_process.ts";
import { startHttpbin } from "./httpbin.ts";
import { DEADLINE_MS, Pipeline } from "./pipeline.ts";
import { serveLocally } from "../support/local_server.ts";

const pipelineTest = serviceTest("kafka", "postgres");

interface StatusRow {
  readonly url: string;
  readonly last_checked: Date;
  readonly response_time: number;
  readonly response_code: number | null;
  readonly error_text: string | null;
  readonly pattern: string | null;
  readonly pattern_match: boolean | null;
  readonly outcome: string;
}

/** The original Python service's own files, to the letter. */
const V1 = new URL("../testdata/v1/", import.meta.url);

/** Its sites, on a local httpbin, and the others that its test had. */
function v1Sites(origin: string): string {
  const file = Deno.readTextFileSync(new URL("producer.yaml", V1));
  const sites = file.match(/^sites:\n((?: {2}.*\n)+)/m)![1]!;
  return `${sites.replaceAll("http://httpbin", origin)}
  - { url: '${origin}/anything?other', pattern: 'no such text' }
  - { url: 'http://no-such-host.invalid/' }`;
}

for (
  const [name, found] of [["producer", /2 sites/], ["consumer", /database "postgres"/]] as const
) {
  Deno.test(`the original Python service's ${name}.yaml is accepted as it is`, async () => {
    const path = fileURLToPath(new URL(`${name}.yaml`, V1));
    const { code, stdout, stderr } = await sitemon(["config", "check", "-c", path]);
    strictEqual(code, 0, stderr);
    match(stdout, found);
  });
}

pipelineTest(
  "sitemon producer and consumer fill the table as the original Python service did",
  async () => {
    await using httpbin = startHttpbin();
    await using pipeline = await Pipeline.create({ sites: v1Sites(httpbin.origin), consumers: 2 });
    pipeline.startProducer();
    pipeline.startConsumer();
    const rows = async () => {
      const all = await pipeline.query<StatusRow>("SELECT * FROM site_status ORDER BY url");
      return all.length === 4 ? all : undefined;
    };
    const first = await eventually(DEADLINE_MS, "a row of each site", rows);
    const row = (part: string) => first.find(({ url }) => url.includes(part))!;
    const parts = ["?match", "?other", "/status/500", "no-such-host"];
    deepStrictEqual(
      parts.map(row).map((it) => [it.response_code, it.pattern_match, it.outcome]),
      [[200, true, "up"], [200, false, "down"], [500, null, "down"], [null, null, "down"]],
    );
    match(row("no-such-host").error_text!, /^Cannot connect/);
    strictEqual(row("?match").error_text, null);
    await eventually(DEADLINE_MS, "every row written again", async () => {
      const again = await rows();
      return again?.every((now, i) => now.last_checked > first[i]!.last_checked) || undefined;
    });
  },
);

// Fault 1: the consumer stamped last_checked with its own clock.
pipelineTest("last_checked is the time of the check, however late it is applied", async () => {
  await using httpbin = startHttpbin();
  const sites = `  - { name: a, url: '${httpbin.origin}/status/200', interval: 1h }`;
  await using pipeline = await Pipeline.create({ sites });
  const producer = pipeline.startProducer();
  await producer.log("the one check", "stored ");
  const checkedBefore = Date.now();
  strictEqual(await producer.stop(), 0);
  pipeline.startConsumer();
  const [row] = await eventually(DEADLINE_MS, "the row", async () => {
    const rows = await pipeline.query<{ checked: Date; code: number }>(
      "SELECT last_checked AT TIME ZONE 'UTC' AS checked, response_code AS code FROM site_status",
    );
    return rows.length > 0 ? rows : undefined;
  });
  ok(row!.checked.getTime() <= checkedBefore);
  strictEqual(row!.code, 200);
});

// Fault 2: a recovered site kept its old error forever.
pipelineTest("a recovered site has no error text, on the consumer's page neither", async () => {
  const port = freePort();
  await using pipeline = await Pipeline.create({
    sites: `  - { name: a, url: 'http://127.0.0.1:${port}/' }`,
    consumer: "web: { listen: 127.0.0.1:0 }",
  });
  pipeline.startProducer();
  const page = await pipeline.startConsumer().pageAddress();
  const pageSays = (text: string) =>
    eventually(DEADLINE_MS, text, async () => {
      const answer = await (await fetch(page)).text();
      return answer.includes(text) ? answer : undefined;
    });
  const status = (outcome: string) =>
    eventually(DEADLINE_MS, `site a ${outcome}`, async () => {
      const rows = await pipeline.query<StatusRow>("SELECT * FROM site_status");
      return rows.find((row) => row.outcome === outcome);
    });
  match((await status("down")).error_text!, /^Cannot connect/);
  await pageSays("Cannot connect");
  await using _recovered = serveLocally(() => new Response("here"), { port });
  strictEqual((await status("up")).error_text, null);
  ok(!(await pageSays("The site is up")).includes("Cannot connect"));
  deepStrictEqual(
    await pipeline.query("SELECT outcome FROM site_transition ORDER BY order_at"),
    [{ outcome: "down" }, { outcome: "up" }],
  );
});

// Fault 8: the url was the key, and credentials in it reached Kafka and PostgreSQL.
pipelineTest("two checks of one url are two rows, and credentials stay at home", async () => {
  await using httpbin = startHttpbin();
  const url = httpbin.origin.replace("//", "//someone:hunter22secret@");
  await using pipeline = await Pipeline.create({
    sites: `  - { name: good, url: '${url}/anything', pattern: method }
  - { name: bad, url: '${url}/anything', pattern: nowhere }`,
  });
  const producer = pipeline.startProducer();
  const consumer = pipeline.startConsumer();
  const rows = await eventually(DEADLINE_MS, "two rows", async () => {
    const all = await pipeline.query<StatusRow>("SELECT * FROM site_status ORDER BY site");
    return all.length === 2 ? all : undefined;
  });
  deepStrictEqual(rows.map(({ outcome, url }) => [outcome, url]), [
    ["down", `${httpbin.origin}/anything`],
    ["up", `${httpbin.origin}/anything`],
  ]);
  const reports = await pipeline.query("SELECT r::text FROM site_report r");
  ok(!JSON.stringify(reports).includes("hunter22secret"));
  ok(![...producer.lines, ...consumer.lines].join().includes("hunter22secret"));
});
