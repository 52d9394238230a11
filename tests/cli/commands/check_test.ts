import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { printReports, sitesOf, urlsProblem, withScheme } from "../../../src/cli/commands/check.ts";
import type { Site } from "../../../src/config/site.ts";
import { aReport } from "../../contract/site_reports.ts";
import { serveLocally } from "../../support/local_server.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeTerminal, jsonLines, runCommand } from "../text/fake_terminal.ts";

/** By the URL's path: /up is up, all else is down. */
async function* reportsOf(sites: readonly Site[]) {
  await Promise.resolve();
  for (const { name, url } of sites) {
    const report = aReport({ site: name, url, response_time: 12 });
    yield url.endsWith("/up") ? report : { ...report, ...DOWN };
  }
}

const DOWN = {
  outcome: "down",
  reason: "dns",
  response_code: null,
  error_text: "Cannot connect to x: the name does not exist\x1b[2J",
  timings: null,
} as const;

async function printed(sites: readonly Site[], { json = false, isInteractive = false } = {}) {
  const terminal = new FakeTerminal({ isInteractive });
  const code = await printReports({ sites, json, reports: reportsOf(sites) }, terminal);
  return { code, ...terminal };
}

const bothSites = sitesOf(["https://a.example/up", "https://x.example/"]);

Deno.test("printReports() exits 0 with a row each and their sum, when all are up", async () => {
  const sites = sitesOf(["https://a.example/up", "https://long.example/up"]);
  const { code, output, errors } = await printed(sites);
  strictEqual(code, 0);
  const lines = output.trimEnd().split("\n");
  match(lines[0]!, /^OUTCOME +CODE +TIME +SITE /);
  match(lines[1]!, /^up +200 +12 ms +https:\/\/a.example\/up /);
  match(lines[2]!, /^up +200 +12 ms +https:\/\/long.example\/up /);
  deepStrictEqual(lines.slice(3), ["2 checks: 2 up"]);
  strictEqual(errors, "", "standard error is not a terminal");
});

Deno.test("printReports() exits 1 and says why below the row, when one is not up", async () => {
  const { code, output } = await printed(bothSites);
  strictEqual(code, 1);
  match(output, /\ndown +- +12 ms +https:\/\/x.example\/\n +dns: Cannot connect to x: /);
  match(output, /\n2 checks: 1 up, 1 down\n$/);
  ok(!output.includes("\x1b"), "a site cannot move the terminal");
});

Deno.test("printReports() exits 1, when the checks ended without all reports", async () => {
  const [reports, sites] = [reportsOf([]), sitesOf(["https://a.example/up"])];
  strictEqual(await printReports({ sites, json: false, reports }, new FakeTerminal()), 1);
});

Deno.test("printReports() writes one object a line and nothing else, when JSON is asked for", async () => {
  const { code, output } = await printed(bothSites, { json: true });
  strictEqual(code, 1);
  const reports = jsonLines(output);
  deepStrictEqual(reports.map(({ site }) => site), bothSites.map(({ name }) => name));
  strictEqual(reports[1].error_text, DOWN.error_text);
});

Deno.test("printReports() shows its progress in a terminal, and clears it", async () => {
  const { errors } = await printed(bothSites, { isInteractive: true });
  const drawn = errors.split("\r\x1b[K").filter((text) => text !== "");
  deepStrictEqual(drawn, [0, 1, 2].map((done) => `${done} of 2 checked …`));
  ok(errors.endsWith("\r\x1b[K"));
});

Deno.test("printReports() clears its progress, when the checks broke off", async () => {
  const terminal = new FakeTerminal({ isInteractive: true });
  async function* broken() {
    yield* reportsOf(bothSites.slice(1));
    throw new RangeError("died");
  }
  const options = { sites: bothSites, json: false, reports: broken() };
  await rejects(printReports(options, terminal), RangeError);
  ok(terminal.errors.endsWith("\r\x1b[K"));
});

Deno.test("sitesOf() takes the defaults of a configuration, and hides credentials in names", () => {
  const sites = sitesOf(["https://me:secret@a.example/up", "https://a.example/up"]);
  const { name, timeoutMs, connectTimeoutMs, redirectsMax, bodyBytesMax, method } = sites[0]!;
  deepStrictEqual([name, sites[1]!.name], ["https://a.example/up", "https://a.example/up#2"]);
  deepStrictEqual([timeoutMs, connectTimeoutMs, redirectsMax], [10_000, 5_000, 5]);
  deepStrictEqual([bodyBytesMax, method], [1_048_576, "GET"]);
});

Deno.test("urlsProblem() names what is not a URL of a known protocol, and how one is written", () => {
  const shown = [
    ["example.org", '"example.org" is not an http, https, tcp, tls or dns URL of '],
    ["ftp://user:word@example.org/", '"ftp://example.org/" is not an http, https, tcp, '],
    ["http://", "the value is not an http or https URL of "],
    ["tcp://example.org", '"tcp://example.org" is not tcp://host:port or '],
    ["tls://example.org:0", '"tls://example.org:0" is not tcp://host:port or '],
    ["dns://192.0.2.53", '"dns://192.0.2.53" is not dns://server[:port]/name?type=TYPE '],
    ["dns://192.0.2.53/a?type=FOO", '"dns://192.0.2.53/…" is not dns://server[:port]/name'],
  ] as const;
  for (const [url, text] of shown) {
    const problem = urlsProblem(["https://a.example/up", url], []);
    strictEqual(problem?.slice(0, 13 + text.length), `invalid URL: ${text}`);
  }
  strictEqual(urlsProblem(["https://a.example/"], []), undefined);
  strictEqual(urlsProblem([], bothSites), undefined);
});

/** An answer once nobody waits for it. */
function untilAborted(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(new Response()), { once: true });
  });
}

/** A site that is up and one that is down, and a configuration that names them. */
async function withSites(body: (origin: string, file: string) => Promise<void>): Promise<void> {
  using folder = new TempFolder();
  await using server = serveLocally(({ url, signal }) => {
    const port = /\/to\/(\d+)$/.exec(url)?.[1];
    if (port !== undefined) return Response.redirect(`http://localhost:${port}/`);
    if (url.endsWith("/late")) return untilAborted(signal);
    return new Response("hi", { status: url.endsWith("/down") ? 503 : 200 });
  });
  const { origin } = server;
  const sites = `[{ name: good, url: '${origin}/' }, { name: bad, url: '${origin}/down' }]`;
  await body(origin, folder.write("sitemon.yaml", `sites: ${sites}\n`));
}

Deno.test("sitemon check exits 0 when all urls are up, 1 when one is not", async () => {
  await withSites(async (origin) => {
    strictEqual((await runCommand("check", origin)).code, 0);
    const both = await runCommand("check", "--json", `${origin}/`, `${origin}/down`);
    strictEqual(both.code, 1);
    const outcomes = jsonLines(both.output).map((it) => [it.url, it.outcome, it.response_code]);
    const expected = [[`${origin}/`, "up", 200], [`${origin}/down`, "down", 503]];
    deepStrictEqual(outcomes.sort(), expected);
  });
});

Deno.test("sitemon check -c checks a configuration's sites, or those that --site names", async () => {
  await withSites(async (_, file) => {
    const all = await runCommand("check", "-c", file);
    strictEqual(all.code, 1);
    match(all.output, /\n2 checks: 1 \w+, 1 \w+\n$/);
    const one = await runCommand("check", "-c", file, "--site", "good");
    strictEqual(one.code, 0);
    match(one.output, /^up .*good/m);
    const none = await runCommand("check", "-c", file, "--site", "gone");
    strictEqual(none.code, 64);
    match(none.errors, /^no such site in .*sitemon\.yaml: "gone"; /);
  });
});

Deno.test("sitemon check -c --site uses the site's whole definition, other sites' hosts among it", async () => {
  await using home = serveLocally(({ headers }) => new Response(headers.get("x-team")));
  const { port } = home;
  await withSites(async (origin, file) => {
    const sites = [
      `{ name: home, url: "http://localhost:${port}/" }`,
      `{ name: start, url: "${origin}/to/${port}", pattern: ^web$, method: GET }`,
    ];
    const yaml = `defaults: { headers: { x-team: web } }\nsites: [${sites}]\n`;
    await Deno.writeTextFile(file, yaml);
    const { code, output } = await runCommand("check", "-c", file, "--site", "start", "--json");
    const { site, outcome, pattern_match, hops, final_url } = JSON.parse(output);
    deepStrictEqual([code, site, outcome, pattern_match], [0, "start", "up", true]);
    deepStrictEqual([hops.length, final_url], [1, `http://localhost:${port}/`]);
  });
});

Deno.test("withScheme() asks by https, where a URL does not say how", () => {
  const urls = ["example.org", "localhost:8080/a", "[::1]", "HTTP://a.b", "ftp://a", "http:a"];
  deepStrictEqual(urls.map(withScheme), [
    ...["https://example.org", "https://localhost:8080/a", "https://[::1]"],
    ...["HTTP://a.b", "ftp://a", "http:a"],
  ]);
});

/** Of a site that answers "hi", or never. */
const EXPECTED: [options: string[], path: string, reason: string | null][] = [
  [["--contains", "h", "--contains", "i"], "/", null],
  [["--contains", "h", "--contains", "x"], "/", "body"],
  [["--expect-status", "200,3xx"], "/", null],
  [["--expect-status", "!200"], "/", "status"],
  [["--expect-status", "503"], "/down", null],
  [["--timeout", "150ms"], "/late", "timeout"],
];

for (const [options, path, reason] of EXPECTED) {
  Deno.test(`sitemon check ${options.join(" ")} is ${reason ?? "up"} for ${path}`, async () => {
    await withSites(async (origin, file) => {
      const { code, output } = await runCommand("check", "--json", ...options, `${origin}${path}`);
      deepStrictEqual([JSON.parse(output).reason, code], [reason, reason === null ? 0 : 1]);
      // What is configured holds beside it.
      await Deno.writeTextFile(
        file,
        `sites: [{ name: a, url: "${origin}${path}", expect: { size: { min: 9 } } }]`,
      );
      const configured = await runCommand("check", "--json", ...options, "-c", file);
      deepStrictEqual(JSON.parse(configured.output).reason, reason ?? "size");
    });
  });
}

Deno.test("sitemon check --explain prints no value of a reference", async () => {
  using folder = new TempFolder();
  folder.write("token", "s3cr&t-t0ken\n");
  const url = "http://127.0.0.1/${file:token}?k=${file:token}";
  folder.write("host", "t0ken.example\n");
  const yaml = `sites: [{ name: a, url: '${url}' }]\nallow_hosts: ['\${file:host}']`;
  const file = folder.write("sitemon.yaml", yaml);
  for (const json of [[], ["--json"]]) {
    const { output } = await runCommand("check", "--explain", ...json, "-c", file);
    match(output, /http:\/\/127\.0\.0\.1\/\*\*\*\?k=\*\*\*/);
    ok(!output.includes("t0ken"), output);
  }
});

Deno.test("sitemon check --explain shows what a configuration permits, and exits 1 when not", async () => {
  await withSites(async (origin, file) => {
    const good = await runCommand("check", "--explain", origin, "-c", file);
    strictEqual(good.code, 0);
    match(good.output, /would be checked\n.*is permitted\n.*127\.0\.0\.1 is allowed: /);
    const denied = await runCommand("check", "--explain", "http://2852039166/");
    strictEqual(denied.code, 1);
    match(denied.output, /169\.254\.169\.254 is denied: 169\.254\.0\.0\/16 is denied by default; /);
    const other = await runCommand("check", "--explain", "--json", "http://localhost/", "-c", file);
    strictEqual(other.code, 1);
    const { is_host_permitted, addresses } = JSON.parse(other.output);
    deepStrictEqual([is_host_permitted, addresses.length > 0], [false, true]);
  });
});

const MISTAKES: readonly [args: string[], problem: RegExp][] = [
  [["--site", "good"], /^no configuration: write -c FILE, set SITEMON_CONFIG, or create .+\n$/],
  [[], /^nothing to check; give a URL /],
  [["ftp://example.org"], /^invalid URL: "ftp:\/\/example\.org" is not an http, /],
  [["--timeout", "5x", "a.b"], /^invalid --timeout: "5x" is not a duration; write 500ms, /],
  [["--timeout", "1h", "a.b"], /^invalid --timeout: "1h" is not a duration from 10ms to 10m\n$/],
  [
    ["--expect-status", "200", "tcp://127.0.0.1:1"],
    /^invalid --expect-status: "tcp:\/\/127.0.0.1:1\/?" has no status: its url is not http or https/,
  ],
  [["--expect-status", "200,2xy", "a.b"], /^invalid --expect-status: "200,2xy" is not a status /],
  [["--contains", "", "a.b"], /^invalid --contains: the value is not text of 1 to 4096 characters/],
];

for (const [args, problem] of MISTAKES) {
  Deno.test(`sitemon check ${args.join(" ")} exits 64, and says why`, async () => {
    const { code, errors } = await runCommand("check", ...args);
    strictEqual(code, 64);
    match(errors, problem);
  });
}
