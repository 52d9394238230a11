import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { identify, type MessageOrigin } from "../../src/report/identity.ts";
import { ERROR_TEXT_LENGTH_MAX, SITE_LENGTH_MAX } from "../../src/report/bounds.ts";
import { SITE_REPORT_SCHEMA } from "../../src/report/schema.ts";
import type { V1Report } from "../../src/report/report.ts";
import { invalidity } from "../../src/report/validation.ts";

const ORIGIN: MessageOrigin = {
  clusterId: "MkU3OEVBNTcwNTJENDM2Qk",
  topic: "sitemon",
  partition: 3,
  offset: 41,
  timestampMs: 1_790_000_000_123,
};

const BARE: V1Report = {
  url: "http://httpbin/anything?match",
  response_time: 12,
  response_code: 200,
  pattern: "match",
  pattern_match: true,
  error_text: null,
};

Deno.test("identify() gives a v1 datum its place and time in Kafka", () => {
  const report = identify(BARE, ORIGIN);
  deepStrictEqual({ ...report, ...BARE }, report);
  strictEqual(report.site, BARE.url);
  strictEqual(report.location, "default");
  strictEqual(report.checked_at, 1_790_000_000_123_000);
  strictEqual(report.recorded_at, report.checked_at);
  // Python: uuid.uuid5(uuid.UUID("0c1d4f5e-7c3b-4b8e-9a53-5e1f6d2b8a47"), "MkU3…Bk/sitemon/3")
  strictEqual(report.producer_id, "f5d5b9e8-bc2f-55e6-80a0-c1b3a998ec8c");
  strictEqual(report.sequence, 42);
  strictEqual(report.next_check_ms, null);
  strictEqual(invalidity(report), undefined);
});

Deno.test("identify() gives every field of the schema", () => {
  const names = SITE_REPORT_SCHEMA.fields.map((field) => field.name);
  deepStrictEqual(Object.keys(identify(BARE, ORIGIN)).sort(), names.sort());
});

Deno.test("identify() gives the same report, when the same message comes again", () => {
  deepStrictEqual(identify(BARE, ORIGIN), identify({ ...BARE }, { ...ORIGIN }));
});

Deno.test("identify() gives another producer, when cluster, topic or partition differ", () => {
  const others = [{ clusterId: "other" }, { topic: "other" }, { partition: 4 }];
  const ids = others.map((other) => identify(BARE, { ...ORIGIN, ...other }).producer_id);
  strictEqual(new Set([...ids, identify(BARE, ORIGIN).producer_id]).size, 4);
});

const VERDICTS: readonly [what: string, v1: Partial<V1Report>, verdict: string][] = [
  ["a pattern matched", {}, "up null"],
  ["there is no pattern", { pattern: null, pattern_match: null }, "up null"],
  ["it was redirected", { response_code: 302 }, "up null"],
  ["the pattern did not match", { pattern_match: false }, "down body"],
  ["the code is 500", { response_code: 500 }, "down status"],
  ["the code is 404 and the pattern matched", { response_code: 404 }, "down status"],
  ["no connection stood", { response_code: null, error_text: "Cannot connect" }, "down null"],
  ["reading failed after the code", { error_text: "Cannot read" }, "down null"],
  ["nothing is known", { response_code: null, pattern_match: null }, "inconclusive null"],
];

for (const [what, v1, verdict] of VERDICTS) {
  Deno.test(`identify() concludes "${verdict}", when ${what}`, () => {
    const report = identify({ ...BARE, ...v1 }, ORIGIN);
    strictEqual(`${report.outcome} ${report.reason}`, verdict);
    strictEqual(invalidity(report), undefined);
  });
}

Deno.test("identify() keeps credentials out of the url and the site's name", () => {
  const report = identify({ ...BARE, url: "http://user:secret@httpbin/" }, ORIGIN);
  strictEqual(report.url, "http://httpbin/");
  strictEqual(report.site, "http://httpbin/");
  ok(!JSON.stringify(report).includes("secret"));
});

Deno.test("identify() bounds what v1 did not, and still distinguishes long urls", () => {
  const long = (end: string) => ({ ...BARE, url: `http://h/?${"q".repeat(300)}${end}` });
  const report = identify({ ...long("a"), error_text: "e".repeat(5_000) }, ORIGIN);
  strictEqual(report.site.length, SITE_LENGTH_MAX);
  strictEqual(report.error_text?.length, ERROR_TEXT_LENGTH_MAX);
  strictEqual(invalidity(report), undefined);
  notStrictEqual(report.site, identify(long("b"), ORIGIN).site);
});
