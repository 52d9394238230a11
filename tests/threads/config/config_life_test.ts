import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ConfigLife, type ConfigState } from "../../../src/threads/config/config_life.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { DaemonRole } from "../../../src/config/loaded_config.ts";
import type { Plan } from "../../../src/runtime/threads/thread_set.ts";
import type { ScannerWork } from "../../../src/threads/scanner/scanner_thread.ts";

/** A configuration whose text and time a test sets. */
class Rig {
  nowMs = 1_000;
  isPipe = false;
  life: ConfigLife;
  readonly #lifeOf: (state?: ConfigState) => ConfigLife;

  constructor(public yaml: string, role: DaemonRole = "run") {
    const hostEnvironment = {
      env: () => undefined,
      readTextFile: () => this.yaml,
      isRegularFile: () => !this.isPipe,
      isFolder: () => false,
      listFolder: () => [],
      workingFolder: "/srv",
    };
    const options = {
      role,
      load: (how: object) => loadConfig("/srv/a.yaml", { role, hostEnvironment, ...how }),
      now: () => this.nowMs,
    };
    this.#lifeOf = (state) => new ConfigLife(options, state);
    this.life = this.#lifeOf();
  }

  /** What the reload makes of another text. */
  reload(yaml: string) {
    this.yaml = yaml;
    return this.life.reload();
  }

  /** Reloads what must be right, as if it had been applied. */
  applied(yaml: string): Plan {
    const reloaded = this.reload(yaml);
    if (!("settings" in reloaded)) throw new Error(reloaded.mistakes.join("\n"));
    // As it comes to the thread that loads it next.
    this.life = this.#lifeOf(structuredClone(reloaded.state));
    return structuredClone(reloaded.settings.plan);
  }
}

function work({ threads }: Plan): ScannerWork {
  return threads.find(({ name }) => name === "scanner-1")!.work as ScannerWork;
}

const A = "{ name: a, url: 'http://h.example/a' }";
const B = "{ name: b, url: 'http://h.example/b' }";

Deno.test("ConfigLife.reload() reads no pipe, whose writer may never come", () => {
  const rig = new Rig(`sites: [${A}]`);
  rig.isPipe = true;
  deepStrictEqual(rig.reload(rig.yaml), {
    reason: "invalid",
    mistakes: ["/srv/a.yaml:1:1: not a regular file"],
  });
});

Deno.test("ConfigLife.reload() lets a site begin when it came or was changed, and no other", () => {
  const rig = new Rig(`sites: [${A}]`);
  deepStrictEqual(work(rig.life.settings.plan).since, new Map());
  rig.nowMs = 5_000;
  deepStrictEqual(work(rig.applied(`sites: [${A}, ${B}]`)).since, new Map([["b", 4_000]]));
  rig.nowMs = 9_000;
  const changed = `sites: [${A.replace("/a", "/other")}, ${B}]`;
  deepStrictEqual(work(rig.applied(changed)).since, new Map([["a", 8_000], ["b", 4_000]]));
  rig.nowMs = 10_000;
  deepStrictEqual(
    work(rig.applied(`interval: 1m\n${changed}`)).since,
    new Map([["a", 9_000], ["b", 9_000]]),
  );
});

Deno.test("ConfigLife has metrics for each site, unless that is switched off", () => {
  const rig = new Rig(`sites: [${A}]`);
  deepStrictEqual(rig.life.settings.measuredSites, ["a"]);
  const reloaded = rig.reload(`sites: [${A}]\nmetrics: { per_site: false }`);
  ok("settings" in reloaded);
  deepStrictEqual(reloaded.settings.measuredSites, []);
});

Deno.test("ConfigLife.reload() makes equal plans of equal files", () => {
  for (const role of ["run", "producer", "consumer"] as const) {
    const yaml = `sites: [${A}]\nkafka: { server: 'k:1' }\npostgres: { host: h, user: u }`;
    const rig = new Rig(yaml, role);
    const before = rig.life.settings.plan;
    rig.nowMs = 60_000;
    deepStrictEqual(rig.applied(yaml), before);
  }
});

Deno.test("ConfigLife keeps nothing of the files but what they say", () => {
  const rig = new Rig(`sites: [${A}]`);
  ok(!("origins" in rig.life.state.loaded));
  rig.applied(`sites: [${A}, ${B}]`);
  ok(!("origins" in rig.life.state.loaded));
});

Deno.test("ConfigLife.reload() changes nothing when there are mistakes, and tells all", () => {
  const rig = new Rig(`sites: [${A}]`);
  const before = rig.life.state.loaded;
  const reloaded = rig.reload("intervall: 1\nlocation: 7");
  ok("mistakes" in reloaded);
  deepStrictEqual([reloaded.reason, reloaded.mistakes.length], ["invalid", 3]);
  const mistake = reloaded.mistakes.find((it) => it.includes("intervall"))!;
  match(mistake, /^\/srv\/a\.yaml:1:1: unknown key "intervall"/);
  strictEqual(rig.life.state.loaded, before);
});

Deno.test("ConfigLife.reload() refuses what a running process cannot change, at its place", () => {
  const fixed = {
    "outbox.path": "outbox: { path: /other.db }",
    "store.path": "store: { path: /other.db }",
    "listen": "listen: 127.0.0.1:1",
    "log.format": "log: { format: text }",
    "sandbox": "sandbox: strict",
    "traces.endpoint": "traces: { endpoint: 'http://collector' }",
  };
  for (const [name, yaml] of Object.entries(fixed)) {
    const reloaded = new Rig(`sites: [${A}]`).reload(`sites: [${A}]\n${yaml}`);
    ok("mistakes" in reloaded, name);
    deepStrictEqual([reloaded.reason, reloaded.mistakes.length], ["fixed", 1]);
    const mistake = new RegExp(`^/srv/a\\.yaml:2:\\d+: cannot change "${name}" while`);
    match(reloaded.mistakes[0]!, mistake);
  }
});
