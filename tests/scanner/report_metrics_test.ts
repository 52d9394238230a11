import { deepStrictEqual } from "node:assert/strict";
import { measureCheck, measureSite } from "../../src/scanner/report_metrics.ts";
import type { SiteReport } from "../../src/report/report.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";

/** A telemetry that writes down what it is told. */
function notes(): Telemetry & { readonly lines: string[] } {
  const lines: string[] = [];
  const text = (labels: object = {}) => Object.values(labels).join("/");
  return {
    lines,
    count: (name, labels) => void lines.push(`${name} ${text(labels)}`),
    set: (name, value, labels) => void lines.push(`${name} ${text(labels)} ${value}`),
    observe: (name, value, labels) => void lines.push(`${name} ${text(labels)} ${value}`),
    age() {},
    dependency() {},
  };
}

const UP = {
  site: "shop",
  location: "here",
  outcome: "up",
  reason: null,
  response_code: 200,
  response_time: 250,
  timings: { dns: 1_000, connect: 2_000, tls: null, first_byte: 3_000, transfer: 500 },
  certificate_expires_at: 1_800_000_000_000_000,
} as unknown as SiteReport;

Deno.test("measureCheck() counts outcome and reason, and times each phase that there was", () => {
  const telemetry = notes();
  measureCheck(UP, 260, telemetry);
  measureCheck({ ...UP, outcome: "down", reason: "dns", timings: null }, 5_000, telemetry);
  deepStrictEqual(telemetry.lines, [
    "sitemon_checks_total up/",
    "sitemon_check_duration_seconds  0.26",
    "sitemon_check_phase_duration_seconds dns 0.001",
    "sitemon_check_phase_duration_seconds connect 0.002",
    "sitemon_check_phase_duration_seconds first_byte 0.003",
    "sitemon_check_phase_duration_seconds transfer 0.0005",
    "sitemon_checks_total down/dns",
    "sitemon_check_duration_seconds  5",
  ]);
});

Deno.test("measureSite() sets the gauges of a site, except after an inconclusive check", () => {
  const telemetry = notes();
  measureSite(UP, telemetry);
  measureSite({ ...UP, outcome: "inconclusive" }, telemetry);
  const silent = { response_code: null, body_bytes: null, certificate_expires_at: null };
  measureSite({ ...UP, outcome: "down", ...silent }, telemetry);
  measureSite({ ...UP, outcome: "degraded", certificate_expires_at: null }, telemetry);
  deepStrictEqual(telemetry.lines, [
    "sitemon_site_up shop/here 1",
    "sitemon_site_response_time_seconds shop/here 0.25",
    "sitemon_site_certificate_expiry_timestamp_seconds shop/here 1800000000",
    "sitemon_site_up shop/here 0",
    "sitemon_site_up shop/here 1",
    "sitemon_site_response_time_seconds shop/here 0.25",
  ]);
});
