// The bench works; how fast anything is depends on the machine, and is not judged here.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Need, serviceTest } from "../services/with_services.ts";

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
  for (const { name, value, unit, floor = 1 } of rows) {
    ok(Number.isFinite(value) && (value >= 0 || unit === "") && floor > 0, name);
  }
  return rows;
}

/** A name for each first part with each second one. */
function named(firsts: readonly string[], seconds: readonly string[]): string[] {
  return firsts.flatMap((first) => seconds.map((second) => `${first}${second}`));
}

const growthOf = (what: string) => [
  ...named(["10", "100"], [` sites: ${what}`]),
  "exponent of the cost over the sites",
];
const QUESTIONS = [
  ...named(
    [
      "statuses()",
      "uptimes()",
      "daily() of 50 sites, 90 days",
      "history() of 30 days",
      "changesSince(), nothing new",
    ],
    ["", ", 95 %", ", CPU of the reader"],
  ),
];
const STATEMENTS = named(["PostgreSQL: CPU of query_"], [
  ...["statuses", "uptimes", "days", "transitions", "latency", "failures", "recent"],
]);

/** Every figure of a scenario; a bar at its end says that a floor is beside it. */
const FIGURES: readonly [scenario: string, needs: Need[], figures: readonly string[]][] = [
  [
    "check",
    ["nginx"],
    named(["http, by address: ", "http, by name: ", "https, by address: "], [
      "CPU per check |",
      "checks at full speed |",
    ]),
  ],
  [
    "checks/tls",
    ["nginx", "kafka"],
    named(["https, by address, 500/s: "], ["CPU per check |", "memory (RSS) |"]),
  ],
  ["checks/growth", ["nginx", "kafka"], growthOf("CPU of the producer per check")],
  [
    "checks/threads",
    ["nginx", "kafka"],
    named(["http, by address, two threads: "], ["checks |", "CPU per check |"]),
  ],
  [
    "checks/schedule",
    ["nginx", "kafka"],
    named(["http, by address, 100/s: "], ["lateness, median", "lateness, 99 %", "slots left out"]),
  ],
  ["outbox", ["nginx", "kafka"], [
    "reports stored |",
    "reports stored, read back and deleted |",
    "reports stored in an outage |",
    "rows that wait, to Kafka |",
    "lateness of 500 checks/s meanwhile, 99 %",
  ]],
  [
    "memory",
    ["nginx", "own kafka", "postgres"],
    ["after 0.05 min", "after 0.05 min without a broker"].flatMap((when) =>
      named(["producer, idle", "consumer, idle", "producer, 20 sites", "consumer of both"], [
        `, ${when} |`,
      ])
    ),
  ],
  [
    "start",
    ["nginx", "kafka"],
    named(["from source: "], [
      "sitemon --version |",
      "config check of 1,000 sites |",
      "first check of 1,000 sites |",
    ]),
  ],
  ["ingest", ["kafka", "postgres"], [
    "one member, beside batched inserts into one table |",
    "one member, beside a transaction a row, one connection |",
    "one member: CPU of the consumer per report",
  ]],
  ["growth", ["kafka", "postgres"], growthOf("CPU of consumer and server per report")],
  ["history", ["kafka", "postgres"], [
    "reports of the history",
    "their table with its indexes",
    "a report's part of it",
    "making the history",
    "one member: reports applied |",
    "one member: CPU of consumer and server per report |",
    ...named(["PostgreSQL: "], QUESTIONS),
    ...STATEMENTS,
  ]],
  ["latency", ["nginx", "kafka", "own postgres"], ["500/s: median |", "500/s: 99 % |"]],
  ["page", ["postgres"], [
    ...named(["PostgreSQL: "], QUESTIONS),
    ...STATEMENTS,
    ...named(["SQLite: "], QUESTIONS),
  ]],
];

for (const [scenario, needs, figures] of FIGURES) {
  serviceTest(...needs)(
    `bench ${scenario} prints its figures, and floors beside them`,
    async () => {
      const rows = await rowsOf(scenario);
      const names = rows.map(({ name, floor }) => floor === undefined ? name : `${name} |`);
      deepStrictEqual(names, figures);
    },
  );
}

Deno.test("bench micro prints a table with a row for each step", async () => {
  const { code, stdout, stderr } = await bench("micro", "--short");
  strictEqual(code, 0, stderr);
  match(stdout, /^\| scenario \| figure .*\n\| -+ \| -+ \|/);
  match(stdout, /\| micro +\| an outbox commit of 256 reports +\| +[\d,.]+ µs \|/);
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
