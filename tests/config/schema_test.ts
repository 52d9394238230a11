import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as z from "zod";
import { configSchema } from "../../src/config/schema.ts";
import { configJsonSchema } from "../../src/config/show.ts";
import { schemaKeys } from "./schema_keys.ts";

const DOCUMENT = new URL("../../docs/configuration.md", import.meta.url);

Deno.test("configSchema has the rows of docs/configuration.md, and no others", () => {
  const text = Deno.readTextFileSync(DOCUMENT);
  const documented = text.split("\n").filter((line) => /^\| `[a-z]/.test(line))
    // The formatter fills columns up with spaces.
    .map((line) => line.replaceAll(/ +/g, " ")).sort();
  const keys = schemaKeys();
  const rows = keys.filter(({ values }) => values !== "not yet").map((
    { name, description, values, standard },
  ) => `| \`${name}\` | ${description} | ${values} | ${standard} |`).sort();
  deepStrictEqual(documented, rows);
  const [, later = ""] = text.split("## Not yet");
  deepStrictEqual(
    [...later.matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort(),
    keys.filter(({ values }) => values === "not yet").map(({ name }) => name).sort(),
  );
});

Deno.test("configSchema describes every key", () => {
  deepStrictEqual(schemaKeys().filter(({ description }) => description === ""), []);
});

Deno.test("configSchema gives an encoded configuration that means the same", () => {
  const config = configSchema.parse({
    interval: 0.5,
    sites: [{ url: "http://a/", timeout: "1m", expect: { status: ["2xx", "!204"] } }],
    defaults: { max_body_bytes: 2_048, headers: { A: "b" } },
    listen: "[::1]:0",
    allow_hosts: ["a.example", "b.example:8080"],
    kafka: { servers: ["k:1"], retention: "7d", tls: { insecure: true } },
    postgres: { host: "p", user: "u", tls: { mode: "require" } },
  });
  const encoded = z.encode(configSchema, config);
  strictEqual(encoded.interval, "500ms");
  strictEqual(encoded.defaults?.max_body_bytes, "2KiB");
  deepStrictEqual(configSchema.parse(encoded), config);
});

Deno.test("configJsonSchema() describes what a file may hold, with its defaults", () => {
  const { properties } = configJsonSchema() as {
    properties: Record<string, { default: unknown; description: string }>;
  };
  strictEqual(properties.interval!.default, "10s");
  strictEqual(properties.interval!.description, "Time between two checks of a site.");
  deepStrictEqual(Object.keys(properties).sort(), Object.keys(configSchema.shape).sort());
});
