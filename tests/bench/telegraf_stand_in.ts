/** Stands in for Telegraf: checks and publishes what a configuration of the bench names, and no more. */
import { deepStrictEqual } from "node:assert/strict";
import { produce } from "./floors/bare_producer.ts";

deepStrictEqual(Deno.args, ["--config", "telegraf.conf"]);
const toml = Deno.readTextFileSync("telegraf.conf");
const value = (key: string) => new RegExp(`^  ${key} = \\[?"([^"]+)"`, "m").exec(toml)![1]!;
const { hostname, port } = new URL(value("urls"));
const sites = toml.match(/^\[\[inputs\.http_response\]\]$/gm)!.length;
console.log("Starting Telegraf");
await produce({
  ...{ hostname, port: Number(port), sites, concurrency: 1 },
  perSecond: sites * 1_000 / parseInt(value("interval")),
  ...{ bootstrap: value("brokers"), topic: value("topic") },
});
