import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import type { AlertsSetup } from "../../src/threads/alerts/alerts_thread.ts";
import { daemonPermissions, planOf } from "../../src/threads/registry.ts";
import { loadText } from "../config/load_text.ts";

const SCHEDULE = { originMs: 0, since: new Map() };
const SITE = "sites: [{ url: http://a.example/ }]\n";
const KAFKA = "kafka: { server: 'k1:9092', consumers: 2 }\n";
const POSTGRES = "postgres: { host: pg, user: me }\n";
const PAGE = "web: { title: Ours }\n";
const ALERTS =
  "alerts: { channels: { ops: { slack: { url: http://hooks.example/secret-of-hook } } } }\n";

function plan(role: DaemonRole, yaml: string) {
  return planOf(loadText(yaml), { role, schedule: SCHEDULE, runId: "a" });
}

Deno.test("planOf() starts the scanners first, links what talks, and stops them in the order of the data", () => {
  const shapes: [DaemonRole, string, unknown][] = [
    ["producer", SITE + KAFKA, {
      threads: ["scanner-1", "outbox", "relay"],
      drain: [["scanner"], ["relay"], ["outbox"]],
    }],
    ["run", SITE, {
      threads: ["scanner-1", "store", "web"],
      drain: [["scanner", "web"], ["store"], []],
    }],
    ["consumer", KAFKA + POSTGRES, {
      threads: ["consumer-1", "consumer-2"],
      drain: [[], ["consumer"], []],
    }],
    ["web", POSTGRES, { threads: ["web"], drain: [["web"], [], []] }],
  ];
  for (const [role, yaml, expected] of shapes) {
    const { threads, drain } = plan(role, yaml);
    const seen = {
      threads: threads.map(({ name }) => name),
      drain: drain.map(({ kinds }) => kinds),
    };
    deepStrictEqual(seen, expected, role);
  }
  deepStrictEqual(plan("run", SITE).links, [
    ["scanner", "outbox"],
    ["scanner", "store"],
    ["scanner", "relay"],
  ]);
});

Deno.test("planOf() has the page where it is wanted, of the store that the daemon writes", () => {
  const stores = (role: DaemonRole, yaml: string) =>
    plan(role, yaml).threads.filter(({ name }) => name === "web")
      .map(({ setup }) => (setup as { store: { kind: string } }).store.kind);
  deepStrictEqual(stores("run", SITE), ["sqlite"]);
  deepStrictEqual(stores("run", SITE + POSTGRES), ["sqlite"]);
  deepStrictEqual(stores("run", `${SITE}web: false\n`), []);
  deepStrictEqual(stores("consumer", KAFKA + POSTGRES), []);
  deepStrictEqual(stores("consumer", KAFKA + POSTGRES + PAGE), ["postgres"]);
  deepStrictEqual(stores("web", POSTGRES), ["postgres"]);
  deepStrictEqual(stores("web", ""), ["sqlite"]);
});

Deno.test("planOf() has alerts where they are configured and a store is written", () => {
  const alerting = (role: DaemonRole, yaml: string) =>
    plan(role, yaml).threads.filter(({ name }) => name === "alerts")
      .map(({ setup }) => (setup as AlertsSetup).store.kind);
  deepStrictEqual(alerting("run", SITE + ALERTS + POSTGRES), ["sqlite"]);
  deepStrictEqual(alerting("consumer", KAFKA + POSTGRES + ALERTS), ["postgres"]);
  deepStrictEqual(alerting("consumer", KAFKA + POSTGRES), []);
  // Planned work alone is kept too, for the uptime without it.
  const planned = "maintenance: [{name: backup, cron: 0 3 * * *, duration: 30m}]\n";
  deepStrictEqual(alerting("consumer", KAFKA + POSTGRES + planned), ["postgres"]);
  deepStrictEqual(alerting("producer", SITE + KAFKA + ALERTS), []);
  deepStrictEqual(alerting("web", POSTGRES + ALERTS), []);
  const { drain } = plan("run", SITE + ALERTS);
  deepStrictEqual(drain.map(({ kinds }) => kinds), [["scanner", "web", "alerts"], ["store"], []]);
});

Deno.test("every thread of a plan is plain data, has an entry, and may run nothing else", () => {
  const whole = SITE + KAFKA + POSTGRES + PAGE + ALERTS;
  for (const role of ["producer", "run", "consumer", "web"] as const) {
    const { threads } = plan(role, whole);
    const names = new Set(threads.map(({ name }) => name.replace(/-\d+$/, "")));
    deepStrictEqual(Object.keys(daemonPermissions(loadText(whole), role)), [...names]);
    for (const { setup, work, module, permissions } of threads) {
      notStrictEqual(structuredClone({ setup, work, module, permissions }), undefined);
      ok(Deno.statSync(new URL(module)).isFile);
      const { run, ffi, import: imports } = permissions;
      deepStrictEqual([run, ffi, imports], [false, false, false]);
    }
  }
  strictEqual(plan("web", "").threads[0]!.logLevels.level, "info");
});
