import { deepStrictEqual, strictEqual } from "node:assert/strict";
import avro from "avsc";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA, V1_SCHEMA } from "../../../src/report/schema.ts";
import { runCommand } from "../text/fake_terminal.ts";

Deno.test("sitemon schema prints JSON that another Avro library takes", async () => {
  const { code, output } = await runCommand("schema");
  strictEqual(code, 0);
  deepStrictEqual(JSON.parse(output), SITE_REPORT_SCHEMA);
  strictEqual(avro.Type.forSchema(JSON.parse(output)).name, "sitemon.SiteReport");
});

Deno.test("sitemon schema prints the schema of the kind that it is asked for", async () => {
  for (const [kind, schema] of [["gap", GAP_SCHEMA], ["v1", V1_SCHEMA]] as const) {
    deepStrictEqual(JSON.parse((await runCommand("schema", kind)).output), schema);
  }
  strictEqual((await runCommand("schema", "hop")).code, 64);
});

Deno.test("sitemon schema --fingerprint prints the fingerprint", async () => {
  strictEqual((await runCommand("schema", "--fingerprint")).output, "faa5ff0b69731ea1\n");
});
