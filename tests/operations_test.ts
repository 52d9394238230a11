// README.md and docs/operations.md are what a newcomer follows: what they say is tried, where it can be.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Client } from "pg";
import { parse } from "yaml";
import { METRICS } from "../src/runtime/telemetry/metrics.ts";
import { loadConfig } from "../src/config/load.ts";
import { fakeHostEnvironment } from "./config/fake_host_environment.ts";
import { runCommand } from "./cli/text/fake_terminal.ts";
import { startPostgres } from "./services/postgres.ts";
import { serviceTest } from "./services/with_services.ts";
import { sitemon } from "./support/sitemon_process.ts";

const ROOT = new URL("../", import.meta.url);
const GUIDE = Deno.readTextFileSync(new URL("docs/operations.md", ROOT));
const PASSWORD = "made for this test";

/** The blocks of a language, in their order. */
function blocks(language: string, text = GUIDE): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...text.matchAll(fence)].map(([, block]) => block!);
}

/** The arguments of each `sitemon …` in a text. */
function commandLines(text: string): string[][] {
  const lines = text.matchAll(/(?:^ {4}|`)(?:deno task )?sitemon ([a-z-][^`\n#>]*)/gm);
  return [...lines].map(([, words]) => words!.trim().split(/\s+/));
}

for (
  const [path, countMin] of [
    ["docs/operations.md", 20],
    ["README.md", 20],
    ["docs/backup.md", 5],
  ] as const
) {
  Deno.test(`${path} names commands and options that exist`, async () => {
    const lines = commandLines(Deno.readTextFileSync(new URL(path, ROOT)));
    ok(lines.length >= countMin, `${lines.length}`);
    for (const line of lines) {
      const end = line.findIndex((word) => !/^[a-z][a-z-]+$/.test(word));
      // The argument of "completion" is not a command.
      const words = line.slice(0, end === -1 ? line.length : end)
        .slice(0, line[0] === "completion" ? 1 : 2);
      const { code, output } = await runCommand(...words, "--help");
      strictEqual(code, 0, line.join(" "));
      ok(output.includes(`Usage: sitemon ${words.join(" ")}`.trimEnd()), line.join(" "));
      for (const option of line.filter((word) => word.startsWith("-"))) {
        ok(output.includes(option), line.join(" "));
      }
    }
  });
}

Deno.test("README.md and docs/alerts.md have configurations without a mistake", () => {
  const load = (yaml: string) => {
    const files = { "/sitemon.yaml": yaml, "/run/credentials/slack": "https://hooks.example/x" };
    const env = { SHOP_TOKEN: "t0ken", PAGERDUTY_KEY: "key", BACKUP_TOKEN: "b".repeat(32) };
    const hostEnvironment = fakeHostEnvironment({ files, env });
    const { sites, alerts } = loadConfig("/sitemon.yaml", { hostEnvironment });
    return [sites.length, alerts?.channels.length, alerts?.rules.length];
  };
  const found = ["README.md", "docs/alerts.md"].map((path) =>
    blocks("yaml", Deno.readTextFileSync(new URL(path, ROOT))).map(load)
  );
  const none = [undefined, undefined];
  deepStrictEqual(found, [[[0, 1, 1], [1, ...none], [1, ...none]], [[0, 1, 1], [2, 2, 2]]]);
});

Deno.test("docs/operations.md names metrics that exist", () => {
  const names = new Set(
    [...GUIDE.matchAll(/`(sitemon_[a-z_]+_[a-z_]+)`/g)].map(([, name]) => name!),
  );
  names.delete("sitemon_reader");
  for (const name of names) ok(name in METRICS, name);
});

Deno.test("docs/operations.md says what to do for each alert", () => {
  const rules = parse(Deno.readTextFileSync(new URL("example_config/prometheus-alerts.yml", ROOT)));
  const alerts = rules.groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
    rules.map(({ alert }) => alert)
  );
  const headings = [...GUIDE.matchAll(/^### (Sitemon\w+)$/gm)].map(([, name]) => name!);
  deepStrictEqual(headings, alerts);
});

Deno.test("docs/operations.md has configurations without a mistake, and units for them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-operations-" });
  for (const name of ["kafka-password", "postgres-password"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "hunter2\n");
  }
  const [producer, consumer] = blocks("yaml");
  for (const [role, text] of [["producer", producer!], ["consumer", consumer!]] as const) {
    const file = `${folder}/${role}.yaml`;
    await Deno.writeTextFile(file, text);
    const args = ["install-unit", "--role", role, "-c", file, "--credentials", folder];
    const { code, stdout, stderr } = await sitemon(args);
    deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
    ok(stdout.includes(`LoadCredential=kafka-password:${folder}/kafka-password`));
  }
  await Deno.remove(folder, { recursive: true });
});

serviceTest("own postgres")(
  "docs/operations.md gives the role all that it needs, and no more",
  async () => {
    await using server = await startPostgres();
    const [global, local] = blocks("sql");
    const as = async (user: string, database: string, sql: string) => {
      const { host, port, password } = server;
      const client = new Client({
        host,
        port,
        user,
        database,
        password: user === server.user ? password : PASSWORD,
      });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    };
    // CREATE DATABASE wants to be alone.
    for (const statement of global!.trim().split("\n")) await as(server.user, server.db, statement);
    await as(server.user, server.db, `ALTER ROLE sitemon PASSWORD '${PASSWORD}'`);
    await as(server.user, "sitemon", local!);
    await as(
      server.user,
      "sitemon",
      `CREATE ROLE dashboard LOGIN PASSWORD '${PASSWORD}' IN ROLE sitemon_reader`,
    );
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(
      file,
      `kafka: { server: 'localhost:9', topic: sitemon }
postgres: { host: ${server.host}, port: ${server.port}, user: sitemon, db: sitemon, schema: sitemon, password: ${PASSWORD} }
`,
    );
    const { code, stderr } = await sitemon(["migrate", "-c", file]);
    strictEqual(code, 0, stderr);
    await Deno.remove(file);
    deepStrictEqual(await as("dashboard", "sitemon", "SELECT * FROM sitemon.site_status"), []);
    await rejects(
      as("dashboard", "sitemon", "DELETE FROM sitemon.site_status"),
      /permission denied/,
    );
    await rejects(as("sitemon", "sitemon", "CREATE ROLE other"), /permission denied/);
    await rejects(as("sitemon", "sitemon", "CREATE TABLE public.other ()"), /permission denied/);
  },
);
