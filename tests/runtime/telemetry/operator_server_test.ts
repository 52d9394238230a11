import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { DependencyTable } from "../../../src/runtime/telemetry/dependencies.ts";
import { answerOperator, serveOperator } from "../../../src/runtime/telemetry/operator_server.ts";
import { MetricsRegistry } from "../../../src/runtime/telemetry/registry.ts";

function tables() {
  let now = 1_000;
  const dependencies = new DependencyTable(() => now);
  const at = (ms: number) => now = ms;
  const measure = () => Promise.resolve();
  return { registry: new MetricsRegistry(), dependencies, measure, at };
}

const get = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init);

Deno.test("answerOperator() says ready when every dependency is", async () => {
  const { at, ...both } = tables();
  both.dependencies.set("relay", "kafka", { ok: false, reason: "unreachable", detail: "refused" });
  const before = await answerOperator(get("/readyz"), both);
  strictEqual(before.status, 503);
  deepStrictEqual(await before.json(), {
    ready: false,
    dependencies: [{
      dependency: "kafka",
      thread: "relay",
      ok: false,
      reason: "unreachable",
      detail: "refused",
      since: "1970-01-01T00:00:01.000Z",
      reported_at: "1970-01-01T00:00:01.000Z",
      outdated: false,
    }],
  });
  at(2_000);
  both.dependencies.set("relay", "kafka", { ok: true });
  const after = await answerOperator(get("/readyz"), both);
  strictEqual(after.status, 200);
  const { dependencies } = await after.json();
  const since = "1970-01-01T00:00:02.000Z";
  const row = { dependency: "kafka", thread: "relay", ok: true, since };
  deepStrictEqual(dependencies, [{ ...row, reported_at: since, outdated: false }]);
});

Deno.test("answerOperator() says of a state that it is older than a minute", async () => {
  const { at, ...both } = tables();
  both.dependencies.set("relay", "kafka", { ok: true });
  both.dependencies.set("main", "threads", { ok: true });
  const outdated = async () => {
    const { dependencies } = await (await answerOperator(get("/readyz"), both)).json();
    return dependencies.map((row: { outdated: boolean }) => row.outdated);
  };
  at(61_000);
  deepStrictEqual(await outdated(), [false, false]);
  at(61_001);
  deepStrictEqual(await outdated(), [true, false]);
  both.dependencies.set("relay", "kafka", { ok: true });
  deepStrictEqual(await outdated(), [false, false]);
});

Deno.test("DependencyTable.set() keeps since while the state is the same", () => {
  const { dependencies, at } = tables();
  dependencies.set("relay", "kafka", { ok: false, reason: "timeout", detail: "first" });
  at(5_000);
  dependencies.set("relay", "kafka", { ok: false, reason: "timeout", detail: "second" });
  const [row] = dependencies.rows;
  deepStrictEqual([row!.since, row!.detail], [1_000, "second"]);
  dependencies.forget("relay");
  strictEqual(dependencies.isReady, true);
});

Deno.test("answerOperator() has a metric of each dependency, as it is now", async () => {
  const { at: _, ...both } = tables();
  const scraped = async () =>
    [...(await (await answerOperator(get("/metrics"), both)).text())
      .matchAll(/^sitemon_dependency_up.* .*$/gm)].map(([line]) => line);
  both.dependencies.set("relay", "kafka", { ok: false, reason: "unreachable" });
  both.dependencies.set("outbox", "outbox", { ok: true });
  deepStrictEqual(await scraped(), [
    'sitemon_dependency_up{dependency="kafka",thread="relay"} 0',
    'sitemon_dependency_up{dependency="outbox",thread="outbox"} 1',
  ]);
  both.dependencies.set("relay", "kafka", { ok: true });
  both.dependencies.forget("outbox");
  deepStrictEqual(await scraped(), [
    'sitemon_dependency_up{dependency="kafka",thread="relay"} 1',
  ]);
});

Deno.test("answerOperator() serves health, metrics and nothing else", async () => {
  const both = tables();
  both.registry.count("sitemon_outbox_stored_total", {}, 3);
  deepStrictEqual(await (await answerOperator(get("/healthz"), both)).json(), { ok: true });
  const measure = () => Promise.resolve(both.registry.set("sitemon_outbox_rows", 5));
  const metrics = await answerOperator(get("/metrics"), { ...both, measure });
  match(metrics.headers.get("content-type")!, /^text\/plain; version=0.0.4/);
  const text = await metrics.text();
  match(text, /^sitemon_outbox_stored_total 3$/m);
  match(text, /^sitemon_outbox_rows 5$/m, "measured for this scrape");
  strictEqual((await answerOperator(get("/other"), both)).status, 404);
  strictEqual((await answerOperator(get("/metrics", { method: "POST" }), both)).status, 405);
});

Deno.test("serveOperator() serves until it is stopped, and throws when the port is taken", async () => {
  const server = serveOperator({ host: "127.0.0.1", port: 0 }, tables());
  const response = await fetch(`${server.address}/healthz`);
  deepStrictEqual(await response.json(), { ok: true });
  const port = Number(new URL(server.address).port);
  throws(() => serveOperator({ host: "127.0.0.1", port }, tables()), Deno.errors.AddrInUse);
  await server.stop(0);
});
