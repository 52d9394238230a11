// Goal: how many threads share the sites changes nothing about what is checked, and when.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { SCANNER_SPEC } from "../../src/threads/scanner/scanner_spec.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { Scanner, TOGETHER_MS_MAX } from "../../src/scanner/scanner.ts";
import { loadText } from "../config/load_text.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { silent } from "../scanner/sites.ts";

function configuration(threads: number): string {
  const sites = Array.from(
    { length: 60 },
    (_, n) => `  - { name: site-${n}, url: "http://host-${n % 20}.example/${n}" }`,
  );
  return `scanner: { threads: ${threads} }\nsites:\n${sites.join("\n")}\n`;
}

/** When each site was checked, by all threads of a configuration. */
async function schedule(threads: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const loaded = loadText(configuration(threads));
  const clock = new FakeClock();
  const originMs = clock.monotonicMs();
  const seen = new Map<string, number[]>(loaded.sites.map(({ name }) => [name, []]));
  const scanners = SCANNER_SPEC.instances(loaded, { schedule: { originMs, since: new Map() } }).map(
    (
      { setup, work },
    ) =>
      new Scanner({
        ...setup,
        sites: work!.sites,
        clock,
        telemetry: silent,
        check: ({ name }) => {
          seen.get(name)!.push(clock.monotonicMs() - originMs);
          return Promise.resolve({ site: name, outcome: "up", reason: null } as SiteReport);
        },
        onReport: (report) => report,
      }),
  );
  strictEqual(scanners.length, threads);
  for (const scanner of scanners) scanner.start();
  await clock.pass(35_000);
  for (const scanner of scanners) await scanner.stop(0);
  return seen;
}

Deno.test("SCANNER_SPEC gives the same checks at the same times, whatever the number of threads", async () => {
  const one = await schedule(1);
  for (const threads of [2, 3, 8]) {
    for (const [name, times] of await schedule(threads)) {
      const apart = times.map((atMs, index) => Math.abs(atMs - one.get(name)![index]!));
      // Those that begin together are others.
      ok(apart.every((ms) => ms <= TOGETHER_MS_MAX), `${name} with ${threads}: ${apart}`);
      deepStrictEqual([times.length >= 3, times.length], [true, one.get(name)!.length]);
    }
  }
});
