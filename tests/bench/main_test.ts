// The bench works; how fast anything is depends on the machine, and is not judged here.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { serviceTest } from "../services/with_services.ts";

const nginxTest = serviceTest("nginx");
const pipelineTest = serviceTest("nginx", "kafka");
const memoryTest = serviceTest("nginx", "own kafka", "postgres");
const ingestTest = serviceTest("kafka", "postgres");
const latencyTest = serviceTest("nginx", "kafka", "own postgres");
const databaseTest = serviceTest("postgres");
const ROOT = new URL("../../", import.meta.url);

async function bench(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "tests/bench/main.ts", ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

interface JsonRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
}

async function rowsOf(...args: string[]): Promise<JsonRow[]> {
  const { code, stdout, stderr } = await bench(...args, "--short", "--json");
  strictEqual(code, 0, stderr);
  const rows: JsonRow[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  // An exponent may be below zero.
  for (const { name, value, unit } of rows) {
    ok(Number.isFinite(value) && (value >= 0 || unit === ""), name);
  }
  return rows;
}

function comparedIn(rows: readonly JsonRow[]): string[] {
  return rows.filter(({ floor = 0 }) => floor > 0).map(({ name }) => name);
}

nginxTest("bench check prints a figure beside its floor for each way of checking", async () => {
  deepStrictEqual(
    comparedIn(await rowsOf("check")),
    ["http, by address", "http, by name", "https, by address"].flatMap((way) => [
      `${way}: CPU per check`,
      `${way}: checks at full speed`,
    ]),
  );
});

pipelineTest("bench checks prints what a producer costs beside the bare loop", async () => {
  deepStrictEqual(comparedIn(await rowsOf("checks/tls")), [
    "https, by address, 500/s: CPU per check",
    "https, by address, 500/s: memory (RSS)",
  ]);
});

pipelineTest("bench checks/growth prints a check's cost for each number of sites", async () => {
  deepStrictEqual((await rowsOf("checks/growth")).map(({ name }) => name), [
    "10 sites: CPU of the producer per check",
    "100 sites: CPU of the producer per check",
    "exponent of the cost over the sites",
  ]);
});

pipelineTest("bench checks/threads prints what a second scanner thread gains", async () => {
  deepStrictEqual(comparedIn(await rowsOf("checks/threads")), [
    "http, by address, two threads: checks",
    "http, by address, two threads: CPU per check",
  ]);
});

pipelineTest("bench checks/schedule prints how late checks begin", async () => {
  deepStrictEqual((await rowsOf("checks/schedule")).map(({ name }) => name), [
    "http, by address, 100/s: lateness, median",
    "http, by address, 100/s: lateness, 99 %",
    "http, by address, 100/s: slots left out",
  ]);
});

pipelineTest("bench outbox prints its rates beside those of bare libraries", async () => {
  deepStrictEqual(comparedIn(await rowsOf("outbox")), [
    "reports stored",
    "reports stored, read back and deleted",
    "reports stored in an outage",
    "rows that wait, to Kafka",
  ]);
});

memoryTest("bench memory prints what each process takes beside one that idles", async () => {
  const processes = ["producer, idle", "consumer, idle", "producer, 20 sites", "consumer of both"];
  deepStrictEqual(
    comparedIn(await rowsOf("memory")),
    ["after 0.05 min", "after 0.05 min without a broker"].flatMap((when) =>
      processes.map((name) => `${name}, ${when}`)
    ),
  );
});

pipelineTest("bench start prints how long sitemon takes beside an empty program", async () => {
  deepStrictEqual(comparedIn(await rowsOf("start")), [
    "from source: sitemon --version",
    "from source: config check of 1,000 sites",
    "from source: first check of 1,000 sites",
  ]);
});

ingestTest("bench ingest prints what a consumer applies beside bare inserts", async () => {
  deepStrictEqual(comparedIn(await rowsOf("ingest")), [
    "one member, beside batched inserts into one table",
    "one member, beside a transaction a row, one connection",
  ]);
});

ingestTest("bench growth prints a report's cost for each number of sites", async () => {
  deepStrictEqual((await rowsOf("growth")).map(({ name }) => name), [
    "10 sites: CPU of consumer and server per report",
    "100 sites: CPU of consumer and server per report",
    "exponent of the cost over the sites",
  ]);
});

ingestTest("bench history prints rates beside an empty database, and each question", async () => {
  const rows = await rowsOf("history");
  strictEqual(rows.find(({ name }) => name === "reports of the history")?.value, 20_000);
  deepStrictEqual(comparedIn(rows), [
    "one member: reports applied",
    "one member: CPU of consumer and server per report",
  ]);
  const names = rows.map(({ name }) => name);
  for (const name of ["uptimes()", "CPU of query_uptimes"]) {
    ok(names.includes(`PostgreSQL: ${name}`), name);
  }
});

latencyTest("bench latency prints how soon a check is in PostgreSQL", async () => {
  deepStrictEqual(comparedIn(await rowsOf("latency")), ["500/s: median", "500/s: 99 %"]);
});

databaseTest("bench page prints each question of both stores, and each statement", async () => {
  const names = (await rowsOf("page")).map(({ name }) => name);
  for (const store of ["PostgreSQL", "SQLite"]) ok(names.includes(`${store}: uptimes()`), store);
  ok(names.includes("PostgreSQL: CPU of query_uptimes"));
});

Deno.test("bench micro prints a table with a row for each step", async () => {
  const { code, stdout, stderr } = await bench("micro", "--short");
  strictEqual(code, 0, stderr);
  match(stdout, /^\| scenario \| figure .*\n\| -+ \| -+ \|/);
  match(stdout, /\| micro +\| an outbox commit of 256 reports +\| +[\d,.]+ µs \|/);
});

const MISTAKES: readonly [args: string[], sentence: RegExp][] = [
  [["cheques"], /^Cannot measure "cheques" as it must be one of check, checks\/plain, /],
  [["--jason"], /^Cannot measure: Unknown option '--jason'; --help tells more$/m],
  [["memory", "--minutes", "0"], /^Cannot measure for "0" minutes as there must be more than 0/],
];

for (const [args, sentence] of MISTAKES) {
  Deno.test(`bench exits 64 and says why, when it gets ${args.join(" ")}`, async () => {
    const { code, stderr } = await bench(...args);
    strictEqual(code, 64);
    match(stderr, sentence);
  });
}

Deno.test("bench --help says what each scenario measures", async () => {
  const { code, stdout } = await bench("--help");
  strictEqual(code, 0);
  match(stdout, /^ {2}outbox\/store +group commits of 256 reports, beside bare node:sqlite$/m);
});
