import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../support/temp_folder.ts";
import { runCommand } from "../text/fake_terminal.ts";

function example(name: string): string {
  return fileURLToPath(new URL(`../../../example_config/${name}.yaml`, import.meta.url));
}

/** What `sitemon config` prints. */
async function printed(...args: string[]): Promise<string> {
  const { code, output } = await runCommand("config", ...args);
  strictEqual(code, 0);
  return output;
}

const FOUND = {
  run: "3 sites",
  producer: '2 sites, Kafka topic "sitemon"',
  consumer: 'Kafka topic "sitemon", PostgreSQL database "postgres"',
};

for (const [name, found] of Object.entries(FOUND)) {
  Deno.test(`sitemon config check prints what it found in ${name}.yaml, in one line`, async () => {
    const file = example(name);
    strictEqual(await printed("check", "-c", file), `${file}: no mistakes; ${found}\n`);
  });
}

Deno.test("sitemon config check lists every mistake, patterns and addresses among them", async () => {
  using folder = new TempFolder();
  const file = folder.write(
    "sitemon.yaml",
    "address_policy: {deny: [intranet]}\nsites:\n  - {url: 'http://a/', pattern: '(?=a)'}\n",
  );
  const { code, errors } = await runCommand("config", "check", "-c", file);
  strictEqual(code, 78);
  const places = errors.trimEnd().split("\n").map((line) => line.slice(0, file.length + 3));
  deepStrictEqual(places, [`${file}:1:`, `${file}:3:`]);
});

Deno.test("sitemon config show hides the password of the consumer", async () => {
  const text = await printed("show", "-c", example("consumer"));
  ok(text.includes('password: "***"'));
  ok(!text.includes("password: password"));
});

Deno.test("sitemon config schema prints a JSON Schema", async () => {
  const schema = JSON.parse(await printed("schema"));
  strictEqual(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  ok("kafka" in schema.properties);
});

Deno.test("sitemon config permissions prints each thread's permissions, and the flags", async () => {
  const text = await printed("permissions", "-c", example("producer"));
  const lines = text.split("\n").map((line) => line.trim());
  deepStrictEqual(lines.slice(0, 3), ["sitemon producer", "scanner", "net: httpbin"]);
  ok(lines.includes("net: kafka:9092"));
  match(text, /flags: --allow-net=127\.0\.0\.1:9464,httpbin,kafka:9092 --allow-read=/);
  ok(lines.includes("IPAddressDeny=any") && lines.includes("IPAddressAllow=localhost 127.0.0.1"));
});

Deno.test("sitemon config permissions --json prints the same as JSON", async () => {
  const { run } = JSON.parse(await printed("permissions", "-c", example("run"), "--json"));
  deepStrictEqual(Object.keys(run.threads), ["scanner", "store", "web"]);
  deepStrictEqual(run.threads.store.sys, ["statfs"]);
  ok(run.flags.includes("--allow-sys=statfs"));
});
