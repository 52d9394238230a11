// The bench works; how fast anything is depends on the machine, and is not judged here.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Need, serviceTest } from "../services/with_services.ts";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = new URL("../../", import.meta.url);

async function bench(...args: string[]) {
  return await benchWith({}, ...args);
}

async function benchWith(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "tests/bench/main.ts", ...args],
    cwd: ROOT,
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

interface JsonRow {
  readonly name: string;
  readonly value: number;
  readonly floor?: number;
}

async function rowsOf(...args: string[]): Promise<JsonRow[]> {
  const { code, stdout, stderr } = await bench(...args, "--short", "--json");
  strictEqual(code, 0, stderr);
  const rows: JsonRow[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  for (const { name, value, floor = 1 } of rows) {
    ok(Number.isFinite(value) && (value >= 0 || name.includes("growth")) && floor > 0, name);
  }
  return rows;
}

/** What each scenario needs; `outbox` is all of `outbox/…`. */
const NEEDS: Readonly<Record<string, Need[]>> = {
  "check": ["nginx"],
  "checks/tls": ["nginx", "kafka"],
  "checks/growth": ["nginx", "kafka"],
  "checks/schedule": ["nginx", "kafka"],
  "outbox": ["nginx", "kafka"],
  "compression": [],
  "idle": ["nginx", "kafka", "postgres"],
  "memory": ["nginx", "own kafka", "postgres"],
  "pings": ["nginx", "kafka"],
  "run": ["nginx"],
  "start": ["kafka"],
  "ingest": ["kafka", "postgres"],
  "growth": ["kafka", "postgres"],
  "latency": ["nginx", "kafka", "own postgres"],
  "page": ["postgres"],
  "alerts": ["postgres"],
};
/** A line for each figure of their short forms: its scenario, its name, and whether it has a floor. */
const FIGURES = Deno.readTextFileSync(new URL("short_figures.txt", import.meta.url)).split("\n");

for (const [scenario, needs] of Object.entries(NEEDS)) {
  serviceTest(...needs)(
    `bench ${scenario} prints its figures, and floors beside them`,
    async () => {
      const lines = (await rowsOf(scenario)).map(({ name, floor }) =>
        `${scenario} | ${name}${floor === undefined ? "" : " | floor"}`
      );
      deepStrictEqual(lines, FIGURES.filter((line) => line.startsWith(`${scenario} | `)));
    },
  );
}

Deno.test("bench peers says why it measures nothing, where no Telegraf is named", async () => {
  const { code, stdout, stderr } = await benchWith(
    { SITEMON_BENCH_TELEGRAF: "" },
    "peers",
    "--json",
  );
  deepStrictEqual({ code, stdout }, { code: 0, stdout: "" });
  match(stderr, /^peers: skipped: SITEMON_BENCH_TELEGRAF names no program of Telegraf$/m);
});

serviceTest("nginx", "kafka")(
  "bench peers compares with a program that does what its configuration says",
  async () => {
    using folder = new TempFolder();
    const module = fileURLToPath(new URL("telegraf_stand_in.ts", import.meta.url));
    const program = folder.write(
      "telegraf",
      `#!/bin/sh\nexec "${Deno.execPath()}" run --quiet --allow-all "${module}" "$@"\n`,
    );
    Deno.chmodSync(program, 0o700);
    const env = { SITEMON_BENCH_TELEGRAF: program };
    const { code, stdout, stderr } = await benchWith(env, "peers", "--short", "--json");
    strictEqual(code, 0, stderr);
    const rows: JsonRow[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
    deepStrictEqual(rows.map(({ name, floor }) => [name, floor! > 0]), [
      ["http, 500/s, beside Telegraf: CPU per check", true],
      ["http, 500/s, beside Telegraf: memory (RSS)", true],
    ]);
  },
);

Deno.test("bench micro prints a table with a row for each step", async () => {
  const { code, stdout, stderr } = await bench("micro", "--short");
  strictEqual(code, 0, stderr);
  match(stdout, /^\| scenario \| figure .*\n\| -+ \| -+ \|/);
  match(stdout, /\| micro +\| a chunk of 1,000 reports ingested into SQLite +\| +[\d,.]+ µs \|/);
});

const MISTAKES: readonly [args: string[], sentence: RegExp][] = [
  [["cheques"], /^unknown scenario "cheques"; it is one of check, checks\/plain, /],
  [["--jason"], /^Unknown option '--jason'; see --help$/m],
  [["memory", "--minutes", "0"], /^invalid --minutes "0"; it is a number above 0$/m],
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
