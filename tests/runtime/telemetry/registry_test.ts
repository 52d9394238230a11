import { deepStrictEqual, match, ok } from "node:assert/strict";
import { MetricsRegistry } from "../../../src/runtime/telemetry/registry.ts";

Deno.test("set() ends the series that it is told NaN of, and leaves others", async () => {
  const registry = new MetricsRegistry();
  for (const site of ["a", "b"]) registry.set("sitemon_site_up", 1, { site, location: "here" });
  registry.set("sitemon_site_up", NaN, { site: "a", location: "here" });
  registry.set("sitemon_site_up", NaN, { site: "never told of", location: "here" });
  const { text } = await registry.render();
  match(text, /^sitemon_site_up\{site="b",location="here"\} 1$/m);
  ok(!text.includes('site="a"') && !text.includes("never told of"), text);
});

Deno.test("render() computes ages when it is asked, so that they grow while nothing moves", async () => {
  let nowMicros = 5_000_000;
  const registry = new MetricsRegistry(() => nowMicros);
  const ages = async () =>
    [...(await registry.render()).text.matchAll(/^sitemon_ingest_data_age_seconds\{.*$/gm)]
      .map(([line]) => line.replace(/^.*thread="(.*)"\}/, "$1"));
  const set = (thread: string, sinceMicros: number) =>
    registry.set("sitemon_ingest_data_age_seconds", sinceMicros, { thread });
  set("a", 4_500_000);
  set("nothing waits", Infinity);
  set("of a clock that is ahead", 9_000_000);
  deepStrictEqual(await ages(), ["a 0.5", "nothing waits 0", "of a clock that is ahead 0"]);
  nowMicros = 365_000_000;
  deepStrictEqual(await ages(), ["a 360.5", "nothing waits 0", "of a clock that is ahead 356"]);
  set("a", NaN);
  set("nothing waits", 364_000_000);
  deepStrictEqual(await ages(), ["nothing waits 1", "of a clock that is ahead 356"]);
});

Deno.test("forgetThread() ends the gauges of that thread, ages that nobody has read among them", async () => {
  const registry = new MetricsRegistry();
  for (const thread of ["consumer-1", "consumer-2"]) {
    registry.set("sitemon_thread_heap_bytes", 1, { thread });
    registry.set("sitemon_ingest_data_age_seconds", 1, { thread });
    registry.count("sitemon_thread_restarts_total", { thread });
  }
  await registry.forgetThread("consumer-2");
  const { text } = await registry.render();
  const named = [...text.matchAll(/^(\w+)\{thread="consumer-2"/gm)].map(([, name]) => name);
  deepStrictEqual(named, ["sitemon_thread_restarts_total"]);
  deepStrictEqual(text.match(/^\w+(?=\{thread="consumer-1")/gm)?.length, 3);
});
