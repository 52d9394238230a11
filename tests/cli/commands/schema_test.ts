import { deepStrictEqual, strictEqual } from "node:assert/strict";
import avro from "avsc";
import { schema, type SchemaOptions } from "../../../src/cli/commands/schema.ts";
import { SITE_REPORT_SCHEMA } from "../../../src/report/schema.ts";

async function printed(options: SchemaOptions): Promise<string> {
  let out = "";
  const write = (text: string) => void (out += text);
  const terminal = {
    write,
    writeError: write,
    hasColor: false,
    isInteractive: false,
    columns: undefined,
  };
  strictEqual(await schema(options, terminal), 0);
  return out;
}

Deno.test("schema() prints JSON that another Avro library takes", async () => {
  const json = await printed({});
  deepStrictEqual(JSON.parse(json), SITE_REPORT_SCHEMA);
  strictEqual(avro.Type.forSchema(JSON.parse(json)).name, "sitemon.SiteReport");
});

Deno.test("schema() prints the fingerprint, when asked for it", async () => {
  strictEqual(await printed({ fingerprint: true }), "91cd5de4756be11d\n");
});
