import { deepStrictEqual, match, ok } from "node:assert/strict";
import { check, type RunChecks } from "../../src/cli/check.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { Site } from "../../src/config/site.ts";
import type { SiteReport } from "../../src/report/report.ts";

class FakeTerminal implements Terminal {
  output = "";
  errors = "";
  readonly hasColour: boolean;
  readonly columns = 80;
  readonly isInteractive = true;

  constructor(hasColour = false) {
    this.hasColour = hasColour;
  }
  write(text: string) {
    this.output += text;
  }
  writeError(text: string) {
    this.errors += text;
  }
}

const UP = {
  outcome: "up",
  reason: null,
  response_code: 200,
  response_time: 12,
  error_text: null,
  failures: [],
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
function answers(seen: Site[] = []): RunChecks {
  return async function* (sites) {
    await Promise.resolve();
    for (const site of sites) {
      seen.push(site);
      const found = site.url.endsWith("/up") ? UP : DOWN;
      yield { ...found, site: site.name, url: site.url } as unknown as SiteReport;
    }
  };
}

Deno.test("check() exits 0 with a line each, when all are up", async () => {
  const terminal = new FakeTerminal();
  const urls = ["https://a.example/up", "https://long.example/up"];
  const code = await check({ urls, json: false, runChecks: answers() }, terminal);
  deepStrictEqual(code, 0);
  deepStrictEqual(
    terminal.output,
    "up            200      12 ms  https://a.example/up     (dns 0.4, connect 1.0, first byte 5.0, transfer 0.1 ms)\n" +
      "up            200      12 ms  https://long.example/up  (dns 0.4, connect 1.0, first byte 5.0, transfer 0.1 ms)\n",
  );
});

Deno.test("check() exits 1 and says why, when one is not up", async () => {
  const terminal = new FakeTerminal();
  const urls = ["https://a.example/up", "https://x.example/"];
  deepStrictEqual(await check({ urls, json: false, runChecks: answers() }, terminal), 1);
  match(terminal.output, /down +- +12 ms +https:\/\/x.example\/ +dns: Cannot connect to x/);
  ok(!terminal.output.includes("\x1b"), "a site cannot move the terminal");
});

Deno.test("check() exits 1, when the checks ended without all reports", async () => {
  const runChecks: RunChecks = async function* () {};
  const options = { urls: ["https://a.example/up"], json: false, runChecks };
  deepStrictEqual(await check(options, new FakeTerminal()), 1);
});

Deno.test("check() colours the outcome, when the terminal has colours", async () => {
  const terminal = new FakeTerminal(true);
  await check({ urls: ["https://a.example/up"], json: false, runChecks: answers() }, terminal);
  ok(terminal.output.startsWith(`\x1b[32m${"up".padEnd(12)}\x1b[0m `));
});

Deno.test("check() writes one object a line, when JSON is asked for", async () => {
  const terminal = new FakeTerminal();
  const urls = ["https://a.example/up", "https://b.example/"];
  deepStrictEqual(await check({ urls, json: true, runChecks: answers() }, terminal), 1);
  const reports = terminal.output.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(reports.map(({ site }) => site), urls);
  deepStrictEqual(reports[1].error_text, DOWN.error_text);
});

Deno.test("check() uses the defaults of a configuration, when given a url", async () => {
  const seen: Site[] = [];
  const urls = ["https://me:secret@a.example/up", "https://a.example/up"];
  await check({ urls, json: false, runChecks: answers(seen) }, new FakeTerminal());
  const { name, timeoutMs, connectTimeoutMs, redirectsMax, bodyBytesMax, method } = seen[0]!;
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
  deepStrictEqual(seen[1]!.name, "https://a.example/up#2");
});

Deno.test("check() checks the sites of a configuration as they are, when given some", async () => {
  const seen: Site[] = [];
  const site = { name: "shop", url: "https://a.example/up" } as Site;
  const options = { urls: [], sites: [site], json: false, runChecks: answers(seen) };
  deepStrictEqual(await check(options, new FakeTerminal()), 0);
  deepStrictEqual(seen, [site]);
});

for (const url of ["example.org", "ftp://example.org/", "", "http://"]) {
  Deno.test(`check() exits 64 with one sentence, when given "${url}"`, async () => {
    const terminal = new FakeTerminal();
    const seen: Site[] = [];
    const urls = ["https://a.example/up", url];
    deepStrictEqual(await check({ urls, json: false, runChecks: answers(seen) }, terminal), 64);
    deepStrictEqual([terminal.output, seen], ["", []]);
    match(terminal.errors, /^Cannot check ".*" as it must be an http or https url; .*\n$/);
  });
}

Deno.test("check() exits 64, when there is nothing to check", async () => {
  const terminal = new FakeTerminal();
  deepStrictEqual(await check({ urls: [], json: false, runChecks: answers() }, terminal), 64);
  match(terminal.errors, /there must be something to check/);
});
