/** Sites and contexts for the tests of checks. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Site } from "../../src/config/site.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import type { TracedReport } from "../../src/report/report.ts";
import { completeDrafts, draftOf } from "../../src/report/report_draft.ts";
import { invalidity } from "../../src/report/validation.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import {
  type CheckContext,
  checkContext,
  type CheckContextOptions,
} from "../../src/scanner/check_context.ts";
import { checkSite } from "../../src/scanner/check.ts";

/** A site whose checks end by themselves, however busy the machine is. */
export function aSite(url: string, changes: Partial<Site> = {}): Site {
  return {
    name: url,
    url,
    intervalMs: 10_000,
    timeoutMs: 20_000,
    connectTimeoutMs: 10_000,
    method: "GET",
    headers: {},
    redirectsMax: 5,
    bodyBytesMax: 65_536,
    tls: { insecure: false },
    labels: {},
    ...changes,
  };
}

/** Telemetry that nobody reads. */
export const silent: Telemetry = { count() {}, set() {}, age() {}, observe() {}, dependency() {} };

/** A context whose configuration names the urls. */
export function aContext(
  urls: readonly string[],
  changes: Partial<CheckContextOptions> = {},
): CheckContext {
  return checkContext({
    urls,
    location: "here",
    version: "1.2.3",
    clock: systemClock,
    telemetry: silent,
    ...changes,
  });
}

/** Fails unless the outbox can encode a report, and every store takes it. */
export function requireStorable(report: TracedReport): void {
  const producer_id = crypto.randomUUID();
  const stamp = { producer_id, sequence: 1, recorded_at: report.checked_at };
  const [bytes] = completeDrafts([draftOf(report)], stamp);
  const decoded = decodeMessage(bytes!);
  deepStrictEqual(decoded, { kind: "report", report: { ...report, ...stamp } });
  strictEqual(invalidity({ ...report, ...stamp }), undefined);
}

/** Checks a site as the only one of its configuration. */
export function check(site: Site, changes: Partial<CheckContextOptions> = {}) {
  return checkSite(site, aContext([site.url], changes), new AbortController().signal);
}
