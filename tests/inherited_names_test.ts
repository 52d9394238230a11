/** Names that every object inherits something under; a person, a site or a message may choose any of them. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc, { runs } from "./support/random_runs.ts";
import { ConfigLife } from "../src/threads/config/config_life.ts";
import { loadConfig } from "../src/config/load.ts";
import { MetricsRegistry } from "../src/runtime/telemetry/registry.ts";
import { ThreadTelemetry } from "../src/runtime/telemetry/thread_telemetry.ts";
import { decodeMessage, encodeReport } from "../src/report/codec.ts";
import { compileJsonPath } from "../src/scanner/expect/json_path.ts";
import { RequestCache } from "../src/scanner/http/request.ts";
import { addressRangeProblem } from "../src/scanner/reach/address_policy.ts";
import type { ScannerWork } from "../src/threads/scanner/scanner_thread.ts";
import { wholeSites } from "../src/status/whole_sites.ts";
import { overviewOf } from "../src/web/pages/overview.ts";
import { fakeHostEnvironment } from "./config/fake_host_environment.ts";
import { aReport } from "./contract/site_reports.ts";
import { startedRig } from "./scanner/scanner_rig.ts";
import { aSiteStatus } from "./web/site_status.ts";

const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const names = fc.shuffledSubarray([...INHERITED, "length", "prototype", "shop"], { minLength: 1 });

/** A mapping of the names; zod drops `__proto__`, so the configuration refuses it. */
function mappingOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.filter((key) => key !== "__proto__").map((key) => [key, key]));
}

/** What a scanner thread gets of sites with these names, at the start and by a reload that adds the last. */
function workOf(names: readonly string[]): ScannerWork[] {
  const mapping = mappingOf(names);
  const sites = names.map((name) => ({
    name,
    url: "http://shop.example/",
    labels: mapping,
    headers: mapping,
  }));
  let yaml = JSON.stringify({ sites: sites.slice(0, -1) });
  const load = () => {
    const hostEnvironment = fakeHostEnvironment({ files: { "a.yaml": yaml } });
    return loadConfig("a.yaml", { role: "run", hostEnvironment });
  };
  const life = new ConfigLife({ role: "run", load, now: () => 0 });
  const start = life.settings;
  yaml = JSON.stringify({ sites });
  const reloaded = life.reload();
  ok("settings" in reloaded);
  return [start, reloaded.settings].map(({ plan }) => {
    const { work } = plan.threads.find(({ name }) => name === "scanner-1")!;
    // As a thread gets it.
    return structuredClone(work as ScannerWork);
  });
}

Deno.test("a site is checked in each of its slots, whatever its name is", async () => {
  await fc.assert(
    fc.asyncProperty(names, async (names) => {
      const [start, reloaded] = workOf(names);
      await using rig = startedRig(start!.sites);
      rig.scanner.assign(reloaded!.sites, reloaded!.since);
      await rig.clock.pass(20_000);
      const checks = Map.groupBy(rig.started, ({ site }) => site);
      deepStrictEqual(names.map((name) => checks.get(name)?.length), names.map(() => 2));
      for (const { labels, headers } of reloaded!.sites) {
        deepStrictEqual([labels, headers], [mappingOf(names), mappingOf(names)]);
      }
    }),
    runs(30),
  );
});

Deno.test("requests, reports, metrics, JSON and pages know a name as any other", async () => {
  const registry = new MetricsRegistry();
  const telemetry = new ThreadTelemetry(() => {});
  const requests = new RequestCache("sitemon/1");
  const labels = mappingOf(INHERITED);
  const [, { sites }] = workOf([...INHERITED, "shop"]) as [ScannerWork, ScannerWork];
  const request = new TextDecoder().decode(requests.requestOf(requests.planOf(sites[0]!)));
  for (const name of INHERITED) {
    telemetry.set("sitemon_site_up", 1, { site: name, location: name });
    const report = aReport({ site: name, location: name, labels });
    deepStrictEqual(decodeMessage(encodeReport(report)), { kind: "report", report });
    for (const [document, found] of [["{}", []], [`{"${name}": 1}`, [1]]] as const) {
      const path = compileJsonPath(`$['${name}']`);
      deepStrictEqual(Array.from(path.nodesIn(JSON.parse(document)), ({ value }) => value), found);
    }
    ok(addressRangeProblem(name) !== undefined);
    if (name === "__proto__") continue;
    ok(request.includes(`\r\n${name.toLowerCase()}: ${name}\r\n`), name);
    const statuses = [aSiteStatus({ site: name, labels: { [name]: "x" } }), aSiteStatus()];
    const query = {
      search: "",
      by: name,
      rows: undefined,
      only: undefined,
      state: undefined,
      all: true,
      page: 1,
    };
    deepStrictEqual(overviewOf(wholeSites(statuses), query).groups.map(({ name }) => name), [
      "x",
      "",
    ]);
  }
  registry.add(telemetry.take()!);
  const { text } = await registry.render();
  for (const name of INHERITED) ok(text.includes(`{site="${name}",location="${name}"} 1`), name);
});
