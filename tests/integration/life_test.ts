// How the daemons start, what they answer to signals and mistakes, and how they end.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { VERSION } from "../../src/runtime/version.ts";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { eventually } from "../support/waiting.ts";
import { RunFolder } from "./run_folder.ts";
import { freePort } from "../support/free_port.ts";
import { serveLocally } from "../support/local_server.ts";
import { type LogLine, sitemon, type SitemonProcess } from "../support/sitemon_process.ts";

const DEADLINE_MS = 60_000;

/** At an address of its own: others that run at the same time have the default one. */
const PAGE = "web: { listen: '127.0.0.1:0' }";

/** Watches a site, which answers at once or when the test lets it. */
class Place implements AsyncDisposable {
  readonly #held: (() => void)[] = [];
  readonly #server;
  readonly folder: RunFolder;

  constructor({ holds = false, extra = "" }: { holds?: boolean; extra?: string } = {}) {
    this.#server = serveLocally(async () => {
      if (holds) await new Promise<void>((resolve) => this.#held.push(resolve));
      return new Response("hello");
    });
    this.folder = new RunFolder(`interval: 200ms
sites: [{ name: local, url: '${this.#server.origin}/' }]
${extra}
${extra.startsWith("web:") ? "" : "web: false"}`);
  }

  get file(): string {
    return this.folder.config;
  }

  /** Resolves when there is a request that the site has not answered. */
  async hasRunningCheck(): Promise<void> {
    await eventually(DEADLINE_MS, "a running check", () => this.#held.length > 0 || undefined);
  }

  answerHeld(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  run(): SitemonProcess {
    return this.folder.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.answerHeld();
    await this.#server[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

const isStored = ({ message }: LogLine) => message.startsWith("stored ");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`sitemon run drains and exits 0 on ${signal}`, async () => {
    await using place = new Place({ extra: PAGE });
    await using process = place.run();
    await process.log("a stored report", isStored);
    // The page reads the database of the status, which it must not keep open for longer.
    match(await (await fetch(await process.pageAddress())).text(), /<html/);
    strictEqual(await process.stop(signal), 0);
    const { code, stdout } = await sitemon(["status", "-c", place.file, "--json"]);
    strictEqual(code, 0, `${stdout}\n${process.lines.join("\n")}`);
    deepStrictEqual([JSON.parse(stdout).site, JSON.parse(stdout).outcome], ["local", "up"]);
    strictEqual((await sitemon(["outbox", "stats", "-c", place.file])).code, 0);
    const files = [...Deno.readDirSync(place.folder.path)].map(({ name }) => name);
    deepStrictEqual(files.sort(), ["outbox.db", "outbox.db.lock", "run.yaml", "status.db"]);
  });
}

Deno.test("a daemon says at info what it does, what changes, and nothing else", async () => {
  await using place = new Place({ extra: PAGE });
  await using process = place.run();
  await process.pageAddress();
  const isInfo = ({ level }: LogLine) => level === "info";
  await process.log("a stored report", isStored);
  const status = { code: 200 };
  await using flapping = serveLocally(() => new Response("", { status: status.code }));
  const site = (name: string) => `{ name: ${name}, url: '${flapping.origin}/' }`;
  const local = place.folder.config;
  Deno.writeTextFileSync(
    local,
    Deno.readTextFileSync(local).replace("}]\n", `}, ${site("b")}]\n`),
  );
  process.signal("SIGHUP");
  await process.log("the reload", "configuration reloaded; 1 site added (b), 0 changed, 0 removed");
  status.code = 500;
  await process.log("the change", 'site "b" is down (status), was ');
  status.code = 200;
  await process.log("the end", 'site "b" is up, was down');
  strictEqual(await process.stop(), 0);
  const said = process.logs.filter(isInfo).map(({ message }) => message);
  match(
    said[0]!,
    /^sitemon \S+ started: checking 1 site; keeping their status in ".*"; outbox ".*"/,
  );
  const nothing = Object.entries(process.logs.find(isInfo)!).filter(([, value]) => !value);
  deepStrictEqual(nothing, [], "fields of what is not there");
  strictEqual(said.length, 7, said.join("\n"));
  deepStrictEqual(said.slice(-2), ["stopping; up to 20 s to finish", "stopped"]);
});

Deno.test("a drain waits for the checks that run", async () => {
  await using place = new Place({ holds: true });
  await using process = place.run();
  await place.hasRunningCheck();
  const stopping = process.stop();
  await process.log("the drain", "stopping");
  place.answerHeld();
  strictEqual(await stopping, 0);
  ok(process.logs.some(isStored), "the report of the check that ran was stored");
});

Deno.test("a drain cuts the checks that outlast its deadline", async () => {
  await using place = new Place({ holds: true, extra: "shutdown_timeout: 1s" });
  await using process = place.run();
  await place.hasRunningCheck();
  strictEqual(await process.stop(), 0);
  ok(!process.logs.some(isStored), "a check that was cut leaves no report");
});

Deno.test("a second signal ends the process at once, and the outbox opens clean", async () => {
  await using place = new Place({ holds: true });
  await using process = place.run();
  await place.hasRunningCheck();
  await eventually(DEADLINE_MS, "an outbox", () => readStats(place.folder.file("outbox.db")));
  process.signal("SIGTERM");
  await process.log("the drain", "stopping");
  strictEqual(await process.stop(), 143);
  const { code, stdout } = await sitemon(["outbox", "stats", "-c", place.file, "--json"]);
  strictEqual(code, 0);
  strictEqual(JSON.parse(stdout).rows, 0);
});

Deno.test("a second process on one outbox exits 75, and the first goes on", async () => {
  await using place = new Place();
  await using first = place.run();
  await first.log("a stored report", isStored);
  await using second = place.run();
  strictEqual(await second.ended(), 75);
  match(second.lines.at(-1)!, /^outbox ".*outbox\.db" is in use by another process/);
  const seen = first.logs.length;
  await eventually(DEADLINE_MS, "more reports", () => {
    return first.logs.slice(seen).some(isStored) || undefined;
  });
});

Deno.test("a configuration with mistakes exits 78 and lists each, before anything starts", async () => {
  await using place = new Place({ extra: "intervall: 5\nlisten: nowhere" });
  await using process = place.run();
  strictEqual(await process.ended(), 78);
  const mistakes = process.lines.filter((line) => line.includes("run.yaml:"));
  strictEqual(mistakes.length, 2);
  match(mistakes[0]!, /run\.yaml:6:1: unknown key "intervall"; did you mean "interval"\?$/);
  match(mistakes[1]!, /run\.yaml:7:9: invalid "listen"/);
});

/** A start that fails, by what is in the way: its exit code, and its last line. */
const FAILED_STARTS: [
  what: string,
  extra: (taken: string) => string,
  code: number,
  line: RegExp,
][] = [
  [
    "an address that is taken",
    (taken) => `listen: ${taken}`,
    74,
    /^cannot listen on "listen" 127\.0\.0\.1:\d+: .*in use.*; choose another address, or stop the/,
  ],
  [
    "an address of another machine",
    () => "listen: 192.0.2.1:9464",
    74,
    /^cannot listen on "listen" 192\.0\.2\.1:9464: .*; no interface of this machine has this address/,
  ],
  [
    "a page's address that is taken",
    (taken) => `web: { listen: '${taken}' }`,
    74,
    /^cannot listen on "web\.listen" 127\.0\.0\.1:\d+: .*; choose another address, or stop the process/,
  ],
  [
    "a folder in place of the outbox",
    () => "",
    70,
    /^thread store failed, and restarting it did not help: .*; the lines before say more; please/,
  ],
];

for (const [what, extra, code, line] of FAILED_STARTS) {
  Deno.test(`a start that fails for ${what} exits ${code} and says why in its last line`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using place = new Place({
      extra: extra(`127.0.0.1:${(taken.addr as Deno.NetAddr).port}`),
    });
    if (code === 70) Deno.mkdirSync(place.folder.file("outbox.db"));
    await using process = place.run();
    strictEqual(await process.ended(), code);
    match(process.lines.at(-1)!, line);
  });
}

Deno.test("listen serves metrics, health and readiness of what runs", async () => {
  const port = freePort();
  await using place = new Place({ extra: `listen: 127.0.0.1:${port}` });
  await using process = place.run();
  await process.log("a stored report", isStored);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await eventually(DEADLINE_MS, "readiness", async () => {
    const response = await get("/readyz");
    const { ready, dependencies } = await response.json();
    const names = dependencies.map(({ dependency }: { dependency: string }) => dependency);
    return (ready && ["outbox", "store", "threads"].every((name) => names.includes(name))) ||
      undefined;
  });
  await eventually(DEADLINE_MS, "counted checks", async () => {
    const text = await (await get("/metrics")).text();
    return /^sitemon_checks_total\{outcome="up",reason=""\} [1-9]/m.test(text) &&
        /^sitemon_ingest_reports_total\{result="applied"\} [1-9]/m.test(text) || undefined;
  });
  deepStrictEqual(await (await get("/healthz")).json(), { ok: true });
});

Deno.test("sitemon says its version, helps, and refuses what it does not know", async () => {
  const stdout = `sitemon ${VERSION}\n`;
  deepStrictEqual(await sitemon(["--version"]), { code: 0, stdout, stderr: "" });
  const help = await sitemon(["--help"]);
  strictEqual(help.code, 0);
  for (const command of ["producer", "consumer", "run", "check", "status", "config", "schema"]) {
    match(help.stdout, new RegExp(`^  ${command}\\b`, "m"));
  }
  const wrong = await sitemon(["chekc"]);
  strictEqual(wrong.code, 64);
  match(wrong.stderr, /unknown command 'chekc'[\s\S]*Did you mean check/);
  strictEqual((await sitemon(["producer"])).code, 64);
  strictEqual((await sitemon(["run", "-c", "/no/such/file.yaml"])).code, 78);
});

// Fault 11: an empty list of sites divided by zero.
Deno.test("sitemon run with no sites waits to be stopped", async () => {
  const port = freePort();
  using folder = new RunFolder(`sites: []\nweb: false\nlisten: 127.0.0.1:${port}`);
  await using process = folder.run();
  await eventually(DEADLINE_MS, "readiness", async () => {
    const { ready } = await (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    return ready || undefined;
  });
  strictEqual(await process.stop(), 0);
});
