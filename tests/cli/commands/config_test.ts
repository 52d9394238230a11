import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  configCheck,
  configPermissions,
  configSchema,
  configShow,
} from "../../../src/cli/commands/config.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { ConfigError } from "../../../src/config/config_error.ts";

function example(name: string): string {
  return fileURLToPath(new URL(`../../../example_config/${name}.yaml`, import.meta.url));
}

/** Runs a command, and gives what it prints. */
async function printed(run: (terminal: Terminal) => Promise<number>): Promise<string> {
  let text = "";
  const write = (more: string) => void (text += more);
  const code = await run({
    write,
    writeError: write,
    hasColor: false,
    isInteractive: false,
    columns: undefined,
  });
  strictEqual(code, 0);
  return text;
}

Deno.test("configCheck() prints what was found, in one line", async () => {
  const check = (name: string) =>
    printed((terminal) => configCheck({ config: example(name) }, terminal));
  match(await check("run"), /run\.yaml: no mistakes; 3 sites\n$/);
  match(await check("producer"), /producer\.yaml: no mistakes; 2 sites, Kafka topic "sitemon"\n$/);
  match(
    await check("consumer"),
    /0 sites, Kafka topic "sitemon", PostgreSQL database "postgres"\n$/,
  );
});

Deno.test("configCheck() throws every mistake, patterns and addresses among them", async () => {
  const file = Deno.makeTempFileSync({ suffix: ".yaml" });
  Deno.writeTextFileSync(
    file,
    "address_policy: {deny: [intranet]}\nsites:\n  - {url: 'http://a/', pattern: '(?=a)'}\n",
  );
  try {
    let mistakes: readonly unknown[] = [];
    await printed((terminal) => {
      throws(() => configCheck({ config: file }, terminal), (error) => {
        mistakes = (error as ConfigError).mistakes;
        return error instanceof ConfigError;
      });
      return Promise.resolve(0);
    });
    strictEqual(mistakes.length, 2);
  } finally {
    Deno.removeSync(file);
  }
});

Deno.test("configShow() hides the password of the consumer", async () => {
  const text = await printed((terminal) => configShow({ config: example("consumer") }, terminal));
  ok(text.includes('password: "***"'));
  ok(!text.includes("password: password"));
});

Deno.test("configSchema() prints a JSON Schema", async () => {
  const schema = JSON.parse(await printed(configSchema));
  strictEqual(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  ok("kafka" in schema.properties);
});

Deno.test("configPermissions() prints each thread's permissions, and the flags", async () => {
  const options = { config: example("producer") };
  const text = await printed((terminal) => configPermissions(options, terminal));
  const lines = text.split("\n").map((line) => line.trim());
  deepStrictEqual(lines.slice(0, 3), ["sitemon producer", "scanner", "net: httpbin"]);
  ok(lines.includes("net: kafka:9092"));
  match(text, /flags: --allow-net=127\.0\.0\.1:9464,httpbin,kafka:9092 --allow-read=/);
  ok(lines.includes("IPAddressDeny=any") && lines.includes("IPAddressAllow=localhost 127.0.0.1"));
});

Deno.test("configPermissions() prints the same as JSON", async () => {
  const options = { config: example("run"), json: true };
  const { run } = JSON.parse(await printed((terminal) => configPermissions(options, terminal)));
  deepStrictEqual(Object.keys(run.threads), ["scanner", "outbox", "store", "web"]);
  deepStrictEqual(run.threads.outbox.sys, ["statfs"]);
  ok(run.flags.includes("--allow-sys=statfs"));
});
