import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { printStatuses } from "../../../src/cli/commands/status.ts";
import { EXIT_IO, EXIT_USAGE } from "../../../src/cli/exit_code.ts";
import { runProgram } from "../../../src/cli/program.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { textWidth } from "../../../src/cli/text/terminal_text.ts";
import type { SortName } from "../../../src/cli/text/status_table.ts";
import type { SiteStatus } from "../../../src/status/queries.ts";
import type { PlannedWork } from "../../../src/status/planned_work.ts";
import { wholeSites } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../../web/site_status.ts";
import { freePort } from "../../support/free_port.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { MadeStore } from "../../web/made_store.ts";
import { FakeTerminal, jsonLines, runCommand } from "../text/fake_terminal.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

function secondsAgo(seconds: number): Date {
  return new Date(NOW.getTime() - seconds * 1_000);
}

function aStatus(overrides: Partial<SiteStatus> = {}): SiteStatus {
  const times = { checked_at: secondsAgo(12), since: secondsAgo(3 * 86_400) };
  return aSiteStatus({ ...times, ...overrides });
}

const DOWN = {
  outcome: "down",
  reason: "dns",
  response_code: null,
  error_text: "Cannot connect to blog.example: no such name",
} as const;

const coverage = { upMs: 999, degradedMs: 0, downMs: 1, inconclusiveMs: 0, windowMs: 1_000 };
const windows = { 1: coverage, 7: coverage, 30: coverage, 90: coverage };

/** The first of the sites has an uptime. */
function printed(
  statuses: readonly SiteStatus[],
  { json = false, ...options }: Partial<Terminal> & { json?: boolean } = {},
  choices: { sort?: SortName; all?: boolean; work?: readonly PlannedWork[] } = {},
) {
  const terminal = new FakeTerminal(options);
  const uptimes = statuses.slice(0, 1).map(({ site, location }) => ({ site, location, windows }));
  const sites = wholeSites(statuses);
  const exitCode = printStatuses({
    sites,
    uptimes,
    json,
    now: NOW,
    alerts: [],
    work: [],
    ...choices,
  }, terminal);
  const { output: out, errors: error } = terminal;
  return { exitCode, error, out, lines: out.split("\n").slice(0, -1) };
}

Deno.test("printStatuses() prints an aligned table, the worst first", () => {
  const { lines, exitCode } = printed([
    aStatus(),
    aStatus({ site: "aged", stale: true, checked_at: secondsAgo(7_200) }),
    aStatus({ site: "unsure", outcome: "inconclusive", reason: "internal", since: null }),
    aStatus({ site: "slow", outcome: "degraded", reason: "slow", response_time: 12_000 }),
    aStatus({ site: "blog", ...DOWN, since: secondsAgo(200) }),
    aStatus({ site: "gone", ...DOWN, stale: true, error_text: null }),
  ]);
  strictEqual(exitCode, 1);
  deepStrictEqual(lines, [
    "SITE    OUTCOME       CODE      TIME   UPTIME  SINCE      CHECKED   REASON",
    "blog    down             -     40 ms        -  3 min ago  12 s ago  dns: Cannot connect to" +
    " blog.example: no such name",
    "slow    degraded       200  12000 ms        -  3 d ago    12 s ago  slow",
    "gone    down (stale)     -     40 ms        -  3 d ago    12 s ago  dns",
    "aged    up (stale)     200     40 ms        -  3 d ago    2 h ago",
    "unsure  inconclusive   200     40 ms        -  -          12 s ago  internal",
    "shop    up             200     40 ms  99.90 %  3 d ago    12 s ago",
  ]);
});

Deno.test("printStatuses() says of how much time an uptime is, where most of it is unknown", () => {
  const terminal = new FakeTerminal();
  const known = { ...coverage, upMs: 120_000, downMs: 0, windowMs: 86_400_000 };
  const uptimes = [{ ...aStatus(), windows: { ...windows, 30: known } }];
  const sites = wholeSites([aStatus()]);
  printStatuses({ sites, uptimes, json: false, now: NOW, alerts: [], work: [] }, terminal);
  ok(terminal.output.includes("  100 % (2 min)  "), terminal.output);
});

Deno.test("printStatuses() orders names as people count", () => {
  const { lines } = printed(["web-10", "web-2", "Web-1"].map((site) => aStatus({ site })));
  deepStrictEqual(lines.slice(1).map((line) => line.split(" ")[0]), ["Web-1", "web-2", "web-10"]);
});

Deno.test("printStatuses() shows locations, when there are several", () => {
  const { lines } = printed([aStatus(), aStatus({ location: "Zürich" })]);
  deepStrictEqual(lines.map((line) => line.slice(0, 30).trimEnd()), [
    "SITE  LOCATIONS            OUT",
    "shop  default ✓  Zürich ✓  up",
  ]);
});

Deno.test("printStatuses() has one line for a site that is down in part", () => {
  const { lines, exitCode } = printed([
    ...["fra", "gru", "iad"].map((location) => aStatus({ location })),
    aStatus({ site: "blog", location: "fra", ...DOWN }),
    aStatus({ site: "blog", location: "gru", response_time: 7 }),
  ]);
  strictEqual(exitCode, 1);
  strictEqual(lines.length, 3);
  ok(lines[1]!.startsWith("blog  fra ✕  gru ✓         down in part"), lines[1]!);
});

Deno.test("printStatuses() leaves out sites that are up, and no others, when they do not fit", () => {
  const statuses = [
    ...Array.from({ length: 30 }, (_, index) => aStatus({ site: `up-${index}` })),
    ...Array.from({ length: 9 }, (_, index) => aStatus({ ...DOWN, site: `down-${index}` })),
  ];
  const { lines } = printed(statuses, { columns: 80, rows: 15 });
  strictEqual(lines.length, 14);
  deepStrictEqual(lines.slice(-2), ["28 up not shown; --all", "39 sites: 9 down, 30 up"]);
  const low = printed(statuses, { columns: 80, rows: 5 }).lines;
  strictEqual(low.filter((line) => line.startsWith("down-")).length, 9);
  strictEqual(printed(statuses, { columns: 80, rows: 15 }, { all: true }).lines.length, 41);
  strictEqual(printed(statuses).lines.length, 40);
});

Deno.test("printStatuses() names planned work ahead of the table, on a terminal, as it fits", () => {
  const statuses = Array.from({ length: 9 }, (_, index) => aStatus({ site: `up-${index}` }));
  const times = { from: NOW, until: secondsAgo(-600) };
  const work = [{ id: "1", name: "Bigger \x1bdisks", ...times, sites: ["up-1"] }];
  const { lines } = printed(statuses, { columns: 80, rows: 9 }, { work });
  strictEqual(lines.length, 8);
  ok(lines[0]!.startsWith("planned work until 2026-05-01 12:10:00 UTC: Bigger "), lines[0]!);
  ok(lines.every((line) => textWidth(line) <= 80 && !line.includes("\x1b")));
  const { lines: piped } = printed(statuses, {}, { work });
  ok(piped[0]!.startsWith("SITE "));
  ok(piped.some((line) => /^up-1 +up, maintenance /.test(line)));
});

Deno.test("printStatuses() sorts by what is asked for", () => {
  const statuses = [
    aStatus({ site: "b", response_time: 9, since: secondsAgo(9) }),
    aStatus({ site: "a", response_time: 7, since: secondsAgo(99), ...DOWN }),
    aStatus({ site: "c", response_time: 8, since: secondsAgo(999) }),
    aStatus({ site: "d", response_time: 6, since: secondsAgo(98), ...DOWN }),
  ];
  const order = (sort?: SortName) =>
    printed(statuses, {}, sort && { sort }).lines.slice(1).map((line) => line[0]).join("");
  deepStrictEqual([order(), order("name"), order("since"), order("time")], [
    ...["dabc", "abcd", "bdac", "bcad"],
  ]);
});

const EXITS: readonly [what: string, statuses: SiteStatus[], exitCode: number][] = [
  ["all are up", [aStatus(), aStatus({ site: "blog" })], 0],
  ["one is down", [aStatus(), aStatus(DOWN)], 1],
  ["one is degraded", [aStatus(), aStatus({ outcome: "degraded", reason: "slow" })], 1],
  ["one is inconclusive", [aStatus({ outcome: "inconclusive" })], 1],
  ["one is stale", [aStatus(), aStatus({ site: "blog", stale: true })], 1],
  ["one is down in part", [aStatus(), aStatus({ ...DOWN, location: "gru" })], 1],
  ["one of its locations is stale", [aStatus(), aStatus({ location: "gru", stale: true })], 0],
  ["there is none", [], 1],
];

for (const [what, statuses, exitCode] of EXITS) {
  Deno.test(`printStatuses() exits ${exitCode}, when ${what}`, () => {
    strictEqual(printed(statuses).exitCode, exitCode);
    strictEqual(printed(statuses, { json: true }).exitCode, exitCode);
  });
}

Deno.test("printStatuses() says so on standard error, when no site has a status", () => {
  const { out, error } = printed([]);
  deepStrictEqual([out, error], ["", "no site has a status yet\n"]);
});

Deno.test("printStatuses() colors outcomes, when the terminal has colors", () => {
  const { lines } = printed([aStatus(), aStatus({ site: "blog", ...DOWN })], { hasColor: true });
  ok(lines[1]!.includes("\x1b[31mdown   \x1b[0m  "), lines[1]!);
  ok(lines[2]!.includes("\x1b[32mup     \x1b[0m  "), lines[2]!);
  ok(!lines[0]!.includes("\x1b"));
  ok(!printed([aStatus()]).out.includes("\x1b"));
});

Deno.test("printStatuses() fits any width of terminal", () => {
  const site = "a very long name of a site ".repeat(7);
  const statuses = [
    aStatus({ ...DOWN, site, error_text: "x".repeat(999) }),
    aStatus({ site: "北京🦕".repeat(30), location: "Zürich" }),
  ];
  for (let columns = 1; columns <= 200; columns++) {
    for (const line of printed(statuses, { columns }).lines) {
      ok(textWidth(line) <= columns, `${columns}: ${line}`);
    }
  }
  const { lines } = printed(statuses, { columns: 80 });
  ok(lines[1]!.startsWith("a very long name of a sit…  down     3 d ago  dns: "), lines[1]!);
  ok(lines[1]!.endsWith("…"));
  ok(printed(statuses).out.includes("x".repeat(999)), "nothing is cut where there is no terminal");
});

Deno.test("printStatuses() leaves out other columns before why a site is down", () => {
  const statuses = [aStatus(), aStatus({ ...DOWN, site: "blog" })];
  deepStrictEqual([100, 72, 50].map((columns) => printed(statuses, { columns }).lines[1]), [
    "blog  down        -  40 ms        -  3 d ago  12 s ago  dns: Cannot connect to blog.example: no suc…",
    "blog  down           -  3 d ago  dns: Cannot connect to blog.example: n…",
    "blog  down     dns: Cannot connect to blog.exampl…",
  ]);
  const places = ["fra", "gru", "iad"].map((location) => aStatus({ ...DOWN, location }));
  const long = places.map((one) => ({ ...one, site: "payments" }));
  deepStrictEqual(
    [places, long].map((statuses) => printed(statuses, { columns: 80 }).lines[1]),
    [
      "shop  fra ✕  gru ✕  iad ✕  down     3 d ago  dns: Cannot connect to blog.exampl…",
      "payments  down     3 d ago  dns: Cannot connect to blog.example: no such name",
    ],
  );
});

Deno.test("printStatuses() sums up where a person may see the end of the table alone", () => {
  const statuses = [
    aStatus(),
    aStatus({ ...DOWN, site: "a" }),
    aStatus({ ...DOWN, site: "b", stale: true }),
    aStatus({ site: "c" }),
  ];
  strictEqual(printed(statuses, { columns: 80 }).lines.at(-1), "4 sites: 1 down, 1 stale, 2 up");
  strictEqual(printed([aStatus()], { columns: 80 }).lines.at(-1), "1 site: 1 up");
  strictEqual(printed(statuses).lines.length, 5);
});

Deno.test("printStatuses() aligns by the columns that characters take", () => {
  const { lines } = printed(["北京", "e\u0301té", "🦕"].map((site) => aStatus({ site })));
  deepStrictEqual(lines.slice(1).map((line) => textWidth(line.split(" up ")[0]!)), [5, 5, 5]);
});

Deno.test("printStatuses() lets no control character reach the terminal", () => {
  const evil = "\x1b[2J\x07\x9b31m\u202egnp\r\nnext\0\x7f";
  const statuses = [aStatus({ ...DOWN, site: evil, location: evil, error_text: evil }), aStatus()];
  for (const json of [false, true]) {
    const { lines, out } = printed(statuses, { json });
    strictEqual(lines.length, json ? 2 : 3);
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    deepStrictEqual(out.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/g), null);
  }
  const [first] = printed(statuses, { json: true }).lines;
  strictEqual(JSON.parse(first!).site, evil);
});

Deno.test("printStatuses() prints one object a line as JSON, in the words of the report", () => {
  const statuses = [aStatus(), aStatus({ ...DOWN, site: "blog", since: null })];
  const { out } = printed(statuses, { json: true, columns: 20, hasColor: true });
  const [first, second] = jsonLines(out);
  deepStrictEqual([first, second], [
    {
      ...aSiteStatus(),
      checked_at: (NOW.getTime() - 12_000) * 1_000,
      since: (NOW.getTime() - 3 * 86_400_000) * 1_000,
      ...{ state: "up", in_part: false },
      uptimes: [1, 7, 30, 90].map((days) => ({
        ...{ days, uptime: 0.999, down_ms: 1, unknown_ms: 0 },
      })),
      ...{ acked_by: null, acked_at: null, ack_reason: null, maintenance: [] },
    },
    { ...first, ...DOWN, state: "down", site: "blog", since: null, uptimes: [] },
  ]);
});

Deno.test("sitemon status --watch goes on while the store is unavailable, until a signal", async () => {
  using folder = new TempFolder();
  const postgres = `{ host: 127.0.0.1, port: ${freePort()}, user: me }`;
  const config = folder.write("sitemon.yaml", `postgres: ${postgres}\n`);
  const rounds: string[] = [];
  const terminal = new FakeTerminal();
  terminal.write = (text) => {
    if (rounds.push(text) === 2) Deno.kill(Deno.pid, "SIGTERM");
  };
  strictEqual(await runProgram(["status", "-c", config, "--watch"], terminal), EXIT_IO);
  ok(rounds[0]!.includes("127.0.0.1"), rounds[0]!);
  deepStrictEqual(rounds.slice(1), rounds.slice(0, 1));
});

Deno.test("sitemon status shows a site as the quorum of alerts says, and exits with it", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", location: "fra", outcome: "down", reason: "dns" });
  await made.add({ site: "shop", location: "gru" });
  using folder = new TempFolder();
  const alerts = `alerts:
  channels: { ops: { webhook: { url: "https://hook.example/" } } }
  rules: [{ name: most, locations: 2 of 2 }]
`;
  const cases = [["", "down in part", 1, "dns"], [alerts, "up", 0, "fra: dns"]] as const;
  for (const [more, state, exitCode, reason] of cases) {
    const config = folder.write("run.yaml", `store: { path: ${made.path} }\n${more}`);
    const { output, code } = await runCommand("status", "-c", config);
    match(output, new RegExp(`^shop  fra ✕  gru ✓ +${state} .* ${reason}`, "m"));
    const json = await runCommand("status", "-c", config, "--json");
    const site = await runCommand("status", "-c", config, "--site", "shop");
    deepStrictEqual([code, json.code, site.code], [exitCode, exitCode, exitCode]);
    deepStrictEqual(
      jsonLines(json.output).map(({ outcome, state, in_part }) => [outcome, state, in_part]),
      ["down", "up"].map((outcome) => [outcome, ...(more ? ["up", false] : ["down", true])]),
    );
  }
});

Deno.test("sitemon status shows the sites that are asked for, and names one that is meant", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "shop", labels: { team: "web" } },
    { site: "blog", labels: { team: "web" }, outcome: "down", reason: "dns" },
    { site: "mail", labels: { team: "ops" }, outcome: "down", reason: "timeout" },
  );
  using folder = new TempFolder();
  const config = folder.write("run.yaml", `store: { path: ${made.path} }\n`);
  const names = async (...args: string[]) => {
    const { output } = await runCommand("status", "-c", config, ...args);
    return output.split("\n").slice(1, -1).map((line) => line.split(" ")[0]).join();
  };
  strictEqual(await names("--state", "down"), "blog,mail");
  strictEqual(await names("--label", "team:web", "--label", "team:web"), "blog,shop");
  strictEqual(await names("mail", "ops"), "mail");
  strictEqual(await names("--sort", "name"), "blog,mail,shop");
  const none = await runCommand("status", "-c", config, "nothing");
  deepStrictEqual([none.code, none.errors], [1, "no site of 3 is as asked for\n"]);
  const misspelled = await runCommand("status", "-c", config, "mial", "--state", "down");
  strictEqual(misspelled.errors, 'no site of 3 is as asked for; did you mean "mail"?\n');
  for (const json of [[], ["--json"]]) {
    const typo = await runCommand("status", "-c", config, "--site", "shpo", ...json);
    const errors = 'no such site in the store: "shpo"; did you mean "shop"?\n';
    deepStrictEqual([typo.code, typo.errors], [1, errors]);
    const site = (...args: string[]) =>
      runCommand("status", "-c", config, "--site", "blog", ...json, ...args);
    for (const other of [["--state", "up"], ["--label", "team:ops"], ["mail"]]) {
      const { output, errors } = await site(...other);
      deepStrictEqual([output, errors], ["", "no site of 1 is as asked for\n"]);
    }
    ok((await site("--state", "down", "--label", "team:web", "blog")).output.includes("blog"));
  }
  const label = await runCommand("status", "-c", config, "--label", "web");
  strictEqual(label.code, EXIT_USAGE);
});
