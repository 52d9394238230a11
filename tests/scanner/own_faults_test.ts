import { deepStrictEqual } from "node:assert/strict";
import { sendLogsTo, stopLogging } from "../../src/runtime/telemetry/logging.ts";
import { checkSite } from "../../src/scanner/check.ts";
import { OwnFaults } from "../../src/scanner/own_faults.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aContext, aSite, silent } from "./sites.ts";

Deno.test("OwnFaults logs once a minute how many there were, and is ready after a minute without", async () => {
  const lines: unknown[] = [];
  await sendLogsTo(({ level, properties }) => void lines.push([level, properties.count]), {
    level: "info",
  });
  const states: unknown[] = [];
  const dependency = (name: string, { ok, reason }: { ok: boolean; reason?: string }) =>
    void states.push([name, ok, reason]);
  const clock = new FakeClock();
  const faults = new OwnFaults(clock, { ...silent, dependency });
  const full = Object.assign(new Error("too many"), { code: "EMFILE" });

  faults.addNone();
  for (let checks = 0; checks < 100; checks++) faults.add("shop", full);
  clock.advance(59_999);
  faults.addNone();
  faults.add("shop", full);
  deepStrictEqual(lines, [["error", 1]]);

  clock.advance(1);
  faults.add("shop", full);
  deepStrictEqual(lines, [["error", 1], ["error", 101]]);

  faults.add("shop", full);
  deepStrictEqual(states.at(-1), ["scanner", false, "internal"]);
  clock.advance(60_000);
  faults.addNone();
  faults.addNone();
  deepStrictEqual(states.at(-1), ["scanner", true, undefined]);
  deepStrictEqual(lines.slice(2), [["info", 1]]);
  await stopLogging();
});

Deno.test("checkSite() is inconclusive, and not down, for an exception of its own", async () => {
  const broken = () => Promise.reject(new TypeError("x is not a function"));
  for (const changes of [{}, { retries: { attempts: 3, delayMs: 0, on: ["any" as const] } }]) {
    const context = aContext(["http://a.example/"], { resolve: broken });
    const site = aSite("http://a.example/", { expect: { invert: true }, ...changes });
    const report = await checkSite(site, context, new AbortController().signal);
    deepStrictEqual([report.outcome, report.reason, report.attempts, report.error_text], [
      "inconclusive",
      "internal",
      1,
      "Cannot connect to a.example:80: internal error in sitemon; see its log",
    ]);
  }
});
