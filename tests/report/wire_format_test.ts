// Whoever reads the topic has docs/wire_format.md and an Avro library, and nothing of sitemon's.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import avro from "avsc";
import { encodeGap, encodeReport } from "../../src/report/codec.ts";
import { FIELD_NAMES, REPORT_FIELDS } from "../../src/report/fields.ts";
import { fingerprint, hex } from "../../src/report/fingerprint.ts";
import type { RecordSchema } from "../../src/report/avro_schema.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA } from "../../src/report/schema.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/wire_format.md", import.meta.url));
const WRITERS = [
  { kind: "report", schema: SITE_REPORT_SCHEMA, encode: encodeReport },
  { kind: "gap", schema: GAP_SCHEMA as RecordSchema, encode: encodeGap },
];

/** The cells of the rows of a table whose first cell is code, without its backticks. */
function rowsBelow(heading: string): string[][] {
  const [, section] = new RegExp(`^## ${heading}$([^]*?)^## `, "m").exec(PAGE)!;
  return [...section!.matchAll(/^\| `(.*)` +\| (.*?) +\| .* \|$/gm)].map(([, ...cells]) =>
    cells as string[]
  );
}

function blocks(language: string): string[] {
  const fenced = new RegExp("^```" + language + "\n([^]*?)^```$", "gm");
  return [...PAGE.matchAll(fenced)].map(([, text]) => text!);
}

/** A type as the page has it. */
function wordsFor(type: unknown): string {
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return `${wordsFor(type.find((it) => it !== "null"))} or null`;
  const { logicalType, items, values } = type as Record<string, unknown>;
  if (logicalType !== undefined) return "time";
  if (items !== undefined) return `array of ${wordsFor(items)}s`;
  return values === undefined ? "record" : `map of ${wordsFor(values)}s`;
}

Deno.test("docs/wire_format.md has every field of a report, with its type, in order", () => {
  deepStrictEqual(
    rowsBelow("A report"),
    FIELD_NAMES.map((name) => [name, wordsFor(REPORT_FIELDS[name].type)]),
  );
});

Deno.test("docs/wire_format.md names the fingerprint of each schema", () => {
  const named = [...PAGE.matchAll(/^\| (\w+) +\| `sitemon schema.*` +\| `([0-9a-f]{16})` \|$/gm)];
  deepStrictEqual(
    named.map(([, kind, id]) => [kind, id]),
    WRITERS.map(({ kind, schema }) => [kind, hex(fingerprint(schema))]),
  );
});

for (const [index, { kind, schema, encode }] of WRITERS.entries()) {
  Deno.test(`the ${kind} of docs/wire_format.md is what a reader and a writer make of it`, () => {
    const bytes = Buffer.from(blocks("text")[index]!.replaceAll("\n", ""), "hex");
    const value = JSON.parse(blocks("json")[index]!);
    strictEqual(bytes.subarray(0, 2).toString("hex"), "c301");
    const id = bytes.subarray(2, 10).toReversed();
    strictEqual(Buffer.from(id).toString("hex"), hex(fingerprint(schema)));
    const type = avro.Type.forSchema(JSON.parse(JSON.stringify(schema)));
    deepStrictEqual(JSON.parse(JSON.stringify(type.fromBuffer(bytes.subarray(10)))), value);
    deepStrictEqual(Buffer.from(encode(value as never)), bytes);
  });
}
