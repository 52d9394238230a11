import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { check, type RunChecks, sitesOf, urlsProblem } from "../../../src/cli/commands/check.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

const UP = {
  outcome: "up",
  reason: null,
  response_code: 200,
  response_time: 12,
  error_text: null,
  failures: [],
  hops: [],
  timings: { dns: 400, connect: 1_000, tls: null, first_byte: 5_000, transfer: 100 },
} as const;
const DOWN = {
  ...UP,
  outcome: "down",
  reason: "dns",
  response_code: null,
  error_text: "Cannot connect to x: the name does not exist\x1b[2J",
  timings: null,
} as const;

/** Answers each site by its url's path: /up is up, all else is down. */
const runChecks: RunChecks = async function* (sites) {
  await Promise.resolve();
  for (const site of sites) {
    const found = site.url.endsWith("/up") ? UP : DOWN;
    yield { ...found, site: site.name, url: site.url } as unknown as SiteReport;
  }
};
const bothSites = sitesOf(["https://a.example/up", "https://x.example/"]);

Deno.test("check() exits 0 with a row each and their sum, when all are up", async () => {
  const terminal = new FakeTerminal();
  const sites = sitesOf(["https://a.example/up", "https://long.example/up"]);
  strictEqual(await check({ sites, json: false, runChecks }, terminal), 0);
  const lines = terminal.output.trimEnd().split("\n");
  match(lines[0]!, /^OUTCOME +CODE +TIME +SITE /);
  match(lines[1]!, /^up +200 +12 ms +https:\/\/a.example\/up /);
  match(lines[2]!, /^up +200 +12 ms +https:\/\/long.example\/up /);
  deepStrictEqual(lines.slice(3), ["2 checks: 2 up"]);
  strictEqual(terminal.errors, "", "nobody looks at standard error");
});

Deno.test("check() exits 1 and says why below the row, when one is not up", async () => {
  const terminal = new FakeTerminal();
  strictEqual(await check({ sites: bothSites, json: false, runChecks }, terminal), 1);
  match(terminal.output, /\ndown +- +12 ms +https:\/\/x.example\/\n +dns: Cannot connect to x: /);
  match(terminal.output, /\n2 checks: 1 up, 1 down\n$/);
  ok(!terminal.output.includes("\x1b"), "a site cannot move the terminal");
});

Deno.test("check() exits 1, when the checks ended without all reports", async () => {
  const none: RunChecks = async function* () {};
  const sites = sitesOf(["https://a.example/up"]);
  strictEqual(await check({ sites, json: false, runChecks: none }, new FakeTerminal()), 1);
});

Deno.test("check() writes one object a line and nothing else, when JSON is asked for", async () => {
  const terminal = new FakeTerminal();
  strictEqual(await check({ sites: bothSites, json: true, runChecks }, terminal), 1);
  const reports = terminal.output.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(reports.map(({ site }) => site), bothSites.map(({ name }) => name));
  strictEqual(reports[1].error_text, DOWN.error_text);
});

Deno.test("check() tells a person how far it is, and leaves no trace of it", async () => {
  const terminal = new FakeTerminal({ isInteractive: true });
  await check({ sites: bothSites, json: false, runChecks }, terminal);
  const drawn = terminal.errors.split("\r\x1b[K").filter((text) => text !== "");
  deepStrictEqual(drawn, [0, 1, 2].map((done) => `${done} of 2 checked …`));
  ok(terminal.errors.endsWith("\r\x1b[K"));
});

Deno.test("check() clears its progress, when the checks broke off", async () => {
  const terminal = new FakeTerminal({ isInteractive: true });
  const broken: RunChecks = async function* (sites) {
    yield* runChecks(sites.slice(1));
    throw new RangeError("died");
  };
  await rejects(check({ sites: bothSites, json: false, runChecks: broken }, terminal), RangeError);
  ok(terminal.errors.endsWith("\r\x1b[K"));
});

Deno.test("sitesOf() takes the defaults of a configuration, and hides credentials in names", () => {
  const sites = sitesOf(["https://me:secret@a.example/up", "https://a.example/up"]);
  const { name, timeoutMs, connectTimeoutMs, redirectsMax, bodyBytesMax, method } = sites[0]!;
  deepStrictEqual(
    { name, timeoutMs, connectTimeoutMs, redirectsMax, bodyBytesMax, method },
    {
      name: "https://a.example/up",
      timeoutMs: 10_000,
      connectTimeoutMs: 5_000,
      redirectsMax: 5,
      bodyBytesMax: 1_048_576,
      method: "GET",
    },
  );
  strictEqual(sites[1]!.name, "https://a.example/up#2");
});

for (const url of ["example.org", "ftp://example.org/", "", "http://"]) {
  Deno.test(`urlsProblem() is one sentence, when given "${url}"`, () => {
    match(
      urlsProblem(["https://a.example/up", url], [])!,
      /^Cannot check ".*" as it must be an http or https url; .*[^.]$/,
    );
  });
}

Deno.test("urlsProblem() says so, when there is nothing to check", () => {
  match(urlsProblem([], [])!, /there must be something to check/);
  strictEqual(urlsProblem([], bothSites), undefined);
  strictEqual(urlsProblem(["https://a.example/"], []), undefined);
});
