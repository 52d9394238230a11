import { deepStrictEqual } from "node:assert/strict";
import { REASONS } from "../../../src/report/outcome.ts";
import { METRICS } from "../../../src/runtime/telemetry/metrics.ts";
import { countFromZero } from "../../../src/runtime/telemetry/telemetry.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { eventually } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";
import { RunFolder } from "../../integration/run_folder.ts";

/** Of counters whose labels come from closed lists: how many series each has. */
const SERIES = {
  sitemon_checks_total: 1 + 3 * REASONS.length,
  sitemon_checks_skipped_total: 5,
  sitemon_pings_total: 8,
  sitemon_reports_lost_total: 3,
  sitemon_outbox_dropped_total: 3,
  sitemon_publish_failures_total: 11,
  sitemon_ingest_reports_total: 4,
  sitemon_ingest_dead_letters_total: 5,
  sitemon_maintenance_runs_total: 3,
  sitemon_history_purged_total: 4,
  sitemon_alerts_sent_total: 3,
  sitemon_alerts_heartbeats_total: 3,
  sitemon_config_reloads_total: 2,
  sitemon_thread_restarts_total: 4,
};

/** Of each counter with labels the values of its series. */
async function labelledCounters(port: number): Promise<Record<string, number[]>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const names = Object.entries(METRICS)
    .filter(([, { type, labels }]) => type === "counter" && labels.length > 0);
  return Object.fromEntries(names.map(([name]) => [
    name,
    [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, "gm"))].map(([, value]) =>
      Number(value)
    ),
  ]));
}

Deno.test("countFromZero() makes series that a thread reports at once", () => {
  const telemetry = new ThreadTelemetry(() => {});
  const series = [{ cause: "late" }, { cause: "busy" }];
  countFromZero(telemetry, "sitemon_checks_skipped_total", series);
  const { counts = [] } = telemetry.take() ?? {};
  deepStrictEqual(counts.map(({ labels, value }) => [labels, value]), [[series[0], 0], [
    series[1],
    0,
  ]]);
});

Deno.test("every counter with labels begins at 0 in each of its series", async () => {
  const port = freePort();
  using folder = new RunFolder(`web: false
listen: 127.0.0.1:${port}
alerts:
  channels: { ops: { slack: { url: "http://127.0.0.1:1/" } } }
  heartbeat: { url: "http://127.0.0.1:1/" }
push: { listen: "127.0.0.1:0" }
sites:
  - { url: "http://127.0.0.1:${port}/healthz", interval: 7d }
  - { name: backup, push: { every: 1d, grace: 1h, token: abcdefghij } }`);
  await using process = folder.run();
  await process.log("the endpoints", "sitemon ");
  const counters = await eventually(60_000, "the series of every thread", async () => {
    const counters = await labelledCounters(port);
    return Object.values(counters).every((series) => series.length > 0) ? counters : undefined;
  });
  const sizes = Object.entries(counters).map(([name, series]) => [name, series.length]);
  deepStrictEqual(Object.fromEntries(sizes), SERIES);
  // A purge runs at the start, a heartbeat, and soon the check of the site.
  counters["sitemon_maintenance_runs_total"] = [];
  counters["sitemon_alerts_heartbeats_total"] = [];
  counters["sitemon_checks_total"] = [];
  counters["sitemon_ingest_reports_total"] = [];
  deepStrictEqual(Object.values(counters).flat().filter((value) => value !== 0), []);
});
