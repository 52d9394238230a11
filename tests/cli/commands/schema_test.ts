import { deepStrictEqual, strictEqual } from "node:assert/strict";
import avro from "avsc";
import { SITE_REPORT_SCHEMA } from "../../../src/report/schema.ts";
import { runCommand } from "../text/fake_terminal.ts";

Deno.test("sitemon schema prints JSON that another Avro library takes", async () => {
  const { code, output } = await runCommand("schema");
  strictEqual(code, 0);
  deepStrictEqual(JSON.parse(output), SITE_REPORT_SCHEMA);
  strictEqual(avro.Type.forSchema(JSON.parse(output)).name, "sitemon.SiteReport");
});

Deno.test("sitemon schema --fingerprint prints the fingerprint", async () => {
  strictEqual((await runCommand("schema", "--fingerprint")).output, "68128952c6d00ea5\n");
});
