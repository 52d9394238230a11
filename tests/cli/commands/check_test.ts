import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import {
  printExplanations,
  printReports,
  sitesOf,
  urlsProblem,
} from "../../../src/cli/commands/check.ts";
import type { Site } from "../../../src/config/site.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import type { Explanation } from "../../../src/scanner/reach/explanation.ts";
import { sitemon } from "../../support/sitemon_process.ts";
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

/** By the URL's path: /up is up, all else is down. */
async function* reportsOf(sites: readonly Site[]) {
  await Promise.resolve();
  for (const site of sites) {
    const found = site.url.endsWith("/up") ? UP : DOWN;
    yield { ...found, site: site.name, url: site.url } as unknown as SiteReport;
  }
}

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
  const reports = output.trimEnd().split("\n").map((line) => JSON.parse(line));
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

const ALLOWED: Explanation = {
  endpoint: "a.example:443",
  host: "a.example",
  is_host_permitted: true,
  permitted_hosts: ["a.example:443"],
  addresses: [{ address: "192.0.2.1", is_denied: false }],
  lookup_failure: null,
  is_visited: true,
};

async function explained(urls: readonly string[], json = false) {
  const terminal = new FakeTerminal();
  async function* explanations() {
    await Promise.resolve();
    for (const url of urls) yield { ...ALLOWED, is_visited: !url.includes("denied") };
  }
  const options = { sites: sitesOf(urls), json, explanations: explanations() };
  return { code: await printExplanations(options, terminal), output: terminal.output };
}

Deno.test("printExplanations() exits 0 when all would be checked, 1 when one would not", async () => {
  const { code, output } = await explained(["https://me:secret@a.example/"]);
  strictEqual(code, 0);
  ok(!output.includes("secret"));
  ok(output.endsWith("\npermitted hosts: a.example:443\n"));
  strictEqual((await explained(["https://a.example/", "https://denied.example/"])).code, 1);
});

Deno.test("printExplanations() writes one object a line, when JSON is asked for", async () => {
  const { output } = await explained(["https://a.example/"], true);
  deepStrictEqual(JSON.parse(output), { url: "https://a.example/", ...ALLOWED });
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
    strictEqual(
      urlsProblem(["https://a.example/up", url], []),
      `invalid URL "${url}"; write an http or https URL such as https://example.org`,
    );
  });
}

Deno.test("urlsProblem() says so, when there is nothing to check", () => {
  match(urlsProblem([], [])!, /^nothing to check; give a URL/);
  strictEqual(urlsProblem([], bothSites), undefined);
  strictEqual(urlsProblem(["https://a.example/"], []), undefined);
});

/** A site that is up and one that is down, and a configuration that names them. */
async function withSites(body: (origin: string, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-check-" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      const port = /\/to\/(\d+)$/.exec(url)?.[1];
      if (port !== undefined) return Response.redirect(`http://localhost:${port}/`);
      return new Response("hi", { status: url.endsWith("/down") ? 503 : 200 });
    },
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const file = `${folder}/sitemon.yaml`;
  await Deno.writeTextFile(
    file,
    `sites:\n  - { name: good, url: '${origin}/' }\n  - { name: bad, url: '${origin}/down' }\n`,
  );
  try {
    await body(origin, file);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sitemon check exits 0 when all urls are up, 1 when one is not", async () => {
  await withSites(async (origin) => {
    strictEqual((await sitemon(["check", origin])).code, 0);
    const both = await sitemon(["check", "--json", `${origin}/`, `${origin}/down`]);
    strictEqual(both.code, 1);
    const reports = both.stdout.trim().split("\n").map((line) => JSON.parse(line));
    deepStrictEqual(
      reports.map(({ url, outcome, response_code }) => [url, outcome, response_code]).sort(),
      [[`${origin}/`, "up", 200], [`${origin}/down`, "down", 503]],
    );
  });
});

Deno.test("sitemon check -c checks a configuration's sites, or those that --site names", async () => {
  await withSites(async (_, file) => {
    const all = await sitemon(["check", "-c", file]);
    strictEqual(all.code, 1);
    match(all.stdout, /\n2 checks: 1 \w+, 1 \w+\n$/);
    const one = await sitemon(["check", "-c", file, "--site", "good"]);
    strictEqual(one.code, 0);
    match(one.stdout, /^up .*good/m);
    const none = await sitemon(["check", "-c", file, "--site", "gone"]);
    strictEqual(none.code, 64);
    match(none.stderr, /^no such site in .*sitemon\.yaml: "gone"; /);
  });
});

Deno.test("sitemon check -c --site uses the site's whole definition, other sites' hosts among it", async () => {
  const headers = Promise.withResolvers<Headers>();
  const home = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    headers.resolve(request.headers);
    return new Response("whole");
  });
  const { port } = home.addr;
  await withSites(async (origin, file) => {
    await Deno.writeTextFile(
      file,
      `defaults: { headers: { x-team: web } }
sites:
  - { name: home, url: "http://localhost:${port}/", pattern: whole, method: GET }
  - { name: start, url: "${origin}/to/${port}", pattern: whole, headers: { x-own: "1" } }
`,
    );
    const { code, stdout } = await sitemon(["check", "-c", file, "--site", "start", "--json"]);
    const { site, outcome, pattern_match, hops, final_url } = JSON.parse(stdout);
    deepStrictEqual([code, site, outcome, pattern_match], [0, "start", "up", true]);
    deepStrictEqual([hops.length, final_url], [1, `http://localhost:${port}/`]);
  });
  const sent = await headers.promise;
  deepStrictEqual([sent.get("x-team"), sent.get("x-own")], ["web", "1"]);
  await home.shutdown();
});

Deno.test("sitemon check --explain shows what a configuration permits, and exits 1 when not", async () => {
  await withSites(async (origin, file) => {
    const good = await sitemon(["check", "--explain", origin, "-c", file]);
    strictEqual(good.code, 0);
    match(good.stdout, /would be checked\n.*is permitted\n.*127\.0\.0\.1 is allowed: /);
    const denied = await sitemon(["check", "--explain", "http://2852039166/"]);
    strictEqual(denied.code, 1);
    match(denied.stdout, /169\.254\.169\.254 is denied: 169\.254\.0\.0\/16 is denied by default; /);
    const other = await sitemon(["check", "--explain", "--json", "http://localhost/", "-c", file]);
    strictEqual(other.code, 1);
    const { is_host_permitted, addresses } = JSON.parse(other.stdout);
    deepStrictEqual([is_host_permitted, addresses.length > 0], [false, true]);
  });
});

Deno.test("sitemon check --site without a configuration, and with nothing to check, exit 64", async () => {
  const lost = await sitemon(["check", "--site", "good"]);
  strictEqual(lost.code, 64);
  match(lost.stderr, /add -c FILE/);
  const nothing = await sitemon(["check"]);
  strictEqual(nothing.code, 64);
  match(nothing.stderr, /^nothing to check; /);
});
