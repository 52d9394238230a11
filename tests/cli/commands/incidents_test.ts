import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { printIncidents, spanOf } from "../../../src/cli/commands/incidents.ts";
import { EXIT_NOT_UP, EXIT_OK, EXIT_USAGE, UsageError } from "../../../src/cli/exit_code.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { type Incident, INCIDENTS_LISTED_MAX } from "../../../src/status/queries.ts";
import type { StatusStore } from "../../../src/status/store.ts";
import { aReport, chunk, HOUR, MINUTE } from "../../contract/site_reports.ts";
import { postgresTest } from "../../status/postgres/opened_store.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { MadeStore } from "../../web/made_store.ts";
import { FakeTerminal, jsonLines, runCommand } from "../text/fake_terminal.ts";

const SPAN = { since: new Date("2026-04-24T12:00:00Z"), until: new Date("2026-05-01T12:00:00Z") };

function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    ...{ site: "shop", location: "default", outcome: "down", reason: "dns" },
    began_at: new Date("2026-05-01T00:44:10Z"),
    ended_at: new Date("2026-05-01T01:56:40Z"),
    ...{ unknown_since: null, duration_ms: 4_350_000, error_text: "no such name" },
    ...overrides,
  };
}

function printed(
  incidents: readonly Incident[],
  { json = false, ...options }: Partial<Terminal> & { json?: boolean } = {},
) {
  const terminal = new FakeTerminal(options);
  const asked = { ...SPAN, site: "shop" };
  const code = printIncidents({ found: { incidents }, asked, json }, terminal);
  return { code, lines: terminal.output.split("\n").slice(0, -1), errors: terminal.errors };
}

Deno.test("printIncidents() prints begin and end by the clock, duration, and cause", () => {
  const { code, lines } = printed([
    anIncident({
      site: "a",
      ended_at: null,
      duration_ms: 45_000,
      reason: "status",
      error_text: null,
    }),
    anIncident({ site: "b" }),
    anIncident({
      site: "c",
      unknown_since: new Date("2026-05-01T00:50:00Z"),
      duration_ms: 350_000,
    }),
    anIncident({ site: "d", outcome: "degraded", reason: "slow", error_text: null }),
  ]);
  strictEqual(code, EXIT_OK);
  deepStrictEqual(lines, [
    "SITE  BEGAN (UTC)          ENDED (UTC)                          DURATION  OUTCOME   CAUSE",
    "a     2026-05-01 00:44:10  ongoing                                  45 s  down      status",
    "b     2026-05-01 00:44:10  2026-05-01 01:56:40                1 h 12 min  down      dns: no such name",
    "c     2026-05-01 00:44:10  unknown since 2026-05-01 00:50:00  5 min 50 s  down      dns: no such name",
    "d     2026-05-01 00:44:10  2026-05-01 01:56:40                1 h 12 min  degraded  slow",
  ]);
});

Deno.test("printIncidents() has one line for what several locations saw at once, and sums up", () => {
  const before = new Date("2026-04-30T00:00:00Z");
  const incidents = [
    anIncident({ began_at: new Date("2026-05-01T00:44:09Z"), location: "Oslo", reason: "slow" }),
    ...[anIncident(), anIncident({ began_at: before, ended_at: before })],
  ];
  const { lines } = printed(incidents, { columns: 120 });
  match(lines[0]!, /^SITE {2}LOCATIONS {6}BEGAN/);
  match(lines[1]!, /^shop {2}Oslo, default {2}2026-05-01 00:44:09 .* slow/);
  match(lines[2]!, /^shop {2}default {8}2026-04-30/);
  strictEqual(lines.at(-1), "2 incidents, 2 h 25 min in all");
  const json = jsonLines(printed(incidents, { json: true }).lines.join("\n"));
  deepStrictEqual(
    json.map(({ reason, began_at, locations }) => [
      ...[reason, began_at, locations.map(({ location }: Incident) => location)],
    ]),
    [
      ["slow", Date.UTC(2026, 4, 1, 0, 44, 9) * 1_000, ["default", "Oslo"]],
      ["dns", before.getTime() * 1_000, ["default"]],
    ],
  );
});

Deno.test("printIncidents() prints one object a line as JSON, with times in microseconds", () => {
  const { lines } = printed([anIncident(), anIncident({ site: "z", ended_at: null })], {
    json: true,
  });
  const [first, second] = jsonLines(lines.join("\n"));
  const { site, location, ...rest } = anIncident();
  const part = {
    ...rest,
    began_at: Date.UTC(2026, 4, 1, 0, 44, 10) * 1_000,
    ended_at: Date.UTC(2026, 4, 1, 1, 56, 40) * 1_000,
  };
  deepStrictEqual(first, { site, ...part, locations: [{ location, ...part }] });
  strictEqual(second.ended_at, null);
});

Deno.test("printIncidents() says when there are none, or more than it lists", () => {
  const none = { code: EXIT_OK, lines: [], errors: "No incidents from 2026-04-24 12:00:00 to " };
  const { errors, ...rest } = printed([]);
  deepStrictEqual({ ...rest, errors: errors.slice(0, none.errors.length) }, none);
  match(printed(Array(INCIDENTS_LISTED_MAX).fill(anIncident())).errors, /^only the newest 1000 /);
});

Deno.test("spanOf() is seven days, a time, or a month in UTC", () => {
  const now = SPAN.until;
  deepStrictEqual(spanOf({}, now), SPAN);
  deepStrictEqual(spanOf({ since: "12h" }, now).since, new Date("2026-05-01T00:00:00Z"));
  deepStrictEqual(spanOf({ month: "2026-12" }, now), {
    since: new Date("2026-12-01T00:00:00Z"),
    until: new Date("2027-01-01T00:00:00Z"),
  });
  const bads = [{ month: "2026-13" }, { since: "x" }, { month: "2026-05", since: "1d" }];
  for (const bad of [...bads, { month: "0050-01" }, { month: "9999-12" }]) {
    throws(() => spanOf(bad, now), UsageError);
  }
});

/** The shop was down for 10 minutes last night, and is up; the blog is down and nobody looks. */
async function fill(store: StatusStore): Promise<void> {
  const start = Date.now() * 1_000 - 8 * HOUR;
  const reports = Array.from({ length: 40 }, (_, index): SiteReport[] => {
    const down = {
      outcome: "down" as const,
      reason: "connect_refused" as const,
      response_code: null,
      error_text: `refused ${index}`,
    };
    const common = { recorded_at: start + index * MINUTE, next_check_ms: 60_000 };
    const shop = aReport({
      ...common,
      sequence: 2 * index + 1,
      ...(index >= 5 && index < 15 ? down : {}),
    });
    return [shop, aReport({ ...common, ...down, site: "blog", sequence: 2 * index + 2 })];
  });
  await store.apply(chunk(reports.flat()));
}

/** The commands on one configuration. */
async function asks(config: string): Promise<void> {
  const table = await runCommand("incidents", "-c", config, "--site", "shop");
  strictEqual(table.code, EXIT_OK, table.errors);
  match(table.output, /^shop +\S+ \S+ +\S+ \S+ +10 min +down +connect_refused: refused 5$/m);
  const all = await runCommand("incidents", "-c", config, "--json", "--since", "1d");
  deepStrictEqual(
    jsonLines(all.output).map(({ site, duration_ms, unknown_since, ended_at }) => [
      ...[site, duration_ms, unknown_since === null, ended_at === null],
    ]),
    [["shop", 600_000, true, false], ["blog", 2_400_000, false, true]],
  );
  const early = await runCommand("incidents", "-c", config, "--month", "2020-01");
  deepStrictEqual([early.code, early.output], [EXIT_OK, ""]);
  for (
    const [name, hint] of [
      ["shpo", 'did you mean "shop"?'],
      ["another", '"sitemon status" lists the names'],
    ] as const
  ) {
    const { code, errors } = await runCommand("incidents", "-c", config, "--site", name);
    deepStrictEqual([code, errors], [
      EXIT_NOT_UP,
      `no such site in the store: "${name}"; ${hint}\n`,
    ]);
  }
  for (const empty of ["--since", "--month"]) {
    strictEqual((await runCommand("incidents", "-c", config, empty, "")).code, EXIT_USAGE);
  }
  const story = await runCommand("status", "-c", config, "--site", "shop");
  match(story.output, /^incidents {2}.* UTC, 10 min: connect_refused: refused 5$/m);
  const statuses = await runCommand("status", "-c", config);
  match(statuses.output, /^blog +down \(stale\) +.* 0\.00 % .*\nshop +up \(stale\) .* 75\.00 % /m);
}

Deno.test("sitemon incidents and status say why a site was down, of the store of sitemon run", async () => {
  await using made = await MadeStore.create();
  await fill(made.store);
  using folder = new TempFolder();
  await asks(folder.write("sitemon.yaml", `store: {path: "${made.path}"}\n`));
});

postgresTest(
  "sitemon incidents and status say why a site was down, of PostgreSQL",
  async (opened) => {
    await fill(opened.store);
    const { host, port, user, password, database, schema } = opened.options;
    const address = { host, port, user, password, db: database, schema };
    using folder = new TempFolder();
    await asks(folder.write("sitemon.yaml", `postgres: ${JSON.stringify(address)}\n`));
  },
);
