import { match, ok } from "node:assert/strict";
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
