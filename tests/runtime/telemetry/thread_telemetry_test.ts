import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  GAUGES_MAX,
  OBSERVATIONS_MAX,
  ThreadTelemetry,
} from "../../../src/runtime/telemetry/thread_telemetry.ts";

Deno.test("ThreadTelemetry.take() sums counts, keeps the last gauge, and starts anew", () => {
  const telemetry = new ThreadTelemetry(() => {});
  telemetry.count("sitemon_checks_total", { outcome: "up", reason: "" });
  telemetry.count("sitemon_checks_total", { outcome: "up", reason: "" }, 2);
  telemetry.count("sitemon_checks_total", { outcome: "down", reason: "dns" });
  telemetry.set("sitemon_outbox_rows", 5);
  telemetry.set("sitemon_outbox_rows", 4);
  telemetry.observe("sitemon_publish_duration_seconds", 0.1);
  telemetry.observe("sitemon_publish_duration_seconds", 0.2);
  deepStrictEqual(structuredClone(telemetry.take()), {
    counts: [
      { name: "sitemon_checks_total", labels: { outcome: "up", reason: "" }, value: 3 },
      { name: "sitemon_checks_total", labels: { outcome: "down", reason: "dns" }, value: 1 },
    ],
    gauges: [{ name: "sitemon_outbox_rows", labels: {}, value: 4 }],
    observations: [{ name: "sitemon_publish_duration_seconds", labels: {}, value: [0.1, 0.2] }],
  });
  strictEqual(telemetry.take(), undefined);
});

Deno.test("ThreadTelemetry says when it has gathered enough, and drops nothing", () => {
  const taken: [gauges: number, observations: number][] = [];
  const telemetry: ThreadTelemetry = new ThreadTelemetry(() => {}, () => {
    const { gauges, observations } = telemetry.take()!;
    taken.push([gauges.length, observations[0]?.value.length ?? 0]);
  });
  for (let i = 0; i <= OBSERVATIONS_MAX; i++) {
    telemetry.observe("sitemon_check_duration_seconds", i);
  }
  deepStrictEqual(taken, [[0, OBSERVATIONS_MAX]]);
  for (let i = 0; i < GAUGES_MAX; i++) telemetry.set("sitemon_site_up", 1, { site: `${i}` });
  deepStrictEqual(taken[1], [GAUGES_MAX, 1]);
  strictEqual(telemetry.take(), undefined);
});

Deno.test("ThreadTelemetry.dependency() tells a state once, and again after a while", () => {
  const told: unknown[] = [];
  let nowMs = 0;
  const telemetry = new ThreadTelemetry((...state) => told.push(state), () => {}, () => nowMs);
  telemetry.dependency("kafka", { ok: true });
  telemetry.dependency("kafka", { ok: true });
  nowMs = 14_999;
  telemetry.dependency("kafka", { ok: true });
  deepStrictEqual(told, [["kafka", { ok: true }]]);
  nowMs = 15_000;
  telemetry.dependency("kafka", { ok: true });
  telemetry.dependency("kafka", { ok: false, reason: "tls" });
  deepStrictEqual(told.slice(1), [["kafka", { ok: true }], ["kafka", {
    ok: false,
    reason: "tls",
  }]]);
});
