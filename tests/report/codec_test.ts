import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import {
  decodeMessage,
  encodeGap,
  encodeReport,
  encodeV1,
  messageDecoder,
} from "../../src/report/codec.ts";
import { DecodeError } from "../../src/report/decode_error.ts";
import { SITE_REPORT_SCHEMA, WRITER_SCHEMAS } from "../../src/report/schema.ts";
import { gapInvalidity, invalidity } from "../../src/report/validation.ts";
import { arbitraryGap, arbitraryReport } from "./arbitrary_report.ts";
import { GOLDEN } from "./golden.ts";

function reasonOf(bytes: Uint8Array): DecodeError["reason"] | undefined {
  try {
    decodeMessage(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
}

function changed(bytes: Uint8Array, ...changes: readonly [index: number, byte: number][]) {
  const copy = bytes.slice();
  for (const [index, byte] of changes) copy[index] = byte;
  return copy;
}

Deno.test("encodeReport(), encodeGap() and encodeV1() write the golden bytes", () => {
  deepStrictEqual(encodeReport(GOLDEN.report), GOLDEN.reportBytes);
  deepStrictEqual(encodeGap(GOLDEN.gap), GOLDEN.gapBytes);
  deepStrictEqual(encodeV1(GOLDEN.report), GOLDEN.v1Bytes);
});

Deno.test("decodeMessage() reads the golden bytes", () => {
  deepStrictEqual(decodeMessage(GOLDEN.reportBytes), { kind: "report", report: GOLDEN.report });
  deepStrictEqual(decodeMessage(GOLDEN.gapBytes), { kind: "gap", gap: GOLDEN.gap });
  deepStrictEqual(decodeMessage(GOLDEN.v1Bytes), { kind: "v1", v1: GOLDEN.v1 });
});

Deno.test("decodeMessage() reads bytes that lie within a larger buffer", () => {
  const around = new Uint8Array(GOLDEN.reportBytes.length + 20).fill(0xff);
  around.set(GOLDEN.reportBytes, 7);
  const within = around.subarray(7, 7 + GOLDEN.reportBytes.length);
  deepStrictEqual(decodeMessage(within), { kind: "report", report: GOLDEN.report });
});

Deno.test("decodeMessage() returns what encodeReport() was given, whatever it was", () => {
  fc.assert(fc.property(arbitraryReport, (report) => {
    strictEqual(invalidity(report), undefined);
    deepStrictEqual(decodeMessage(encodeReport(report)), { kind: "report", report });
  }));
});

Deno.test("decodeMessage() returns what encodeGap() was given, whatever it was", () => {
  fc.assert(fc.property(arbitraryGap, (gap) => {
    deepStrictEqual(decodeMessage(encodeGap(gap)), { kind: "gap", gap });
    strictEqual(gapInvalidity(gap), undefined);
  }));
});

Deno.test("decodeMessage() returns the six fields that encodeV1() wrote, whatever they were", () => {
  fc.assert(fc.property(arbitraryReport, (report) => {
    const message = decodeMessage(encodeV1(report));
    ok(message.kind === "v1");
    deepStrictEqual({ ...report, ...message.v1 }, report);
  }));
});

// A pooled buffer would take others along when its memory is transferred to another thread.
Deno.test("encodeReport() returns memory of its own, when the report is small or large", () => {
  for (const snippet of ["", "x".repeat(100_000)]) {
    const report = { ...GOLDEN.report, snippet };
    const bytes = encodeReport(report);
    strictEqual(Object.getPrototypeOf(bytes), Uint8Array.prototype);
    strictEqual(bytes.buffer.byteLength, bytes.length);
    encodeReport({ ...report, url: "https://other.example/" });
    deepStrictEqual(decodeMessage(bytes), { kind: "report", report });
  }
});

Deno.test("encodeReport() throws, when a field is not of its type", () => {
  throws(() => encodeReport({ ...GOLDEN.report, response_time: 1.5 }), /invalid "int": 1.5/);
  throws(() => encodeReport({ ...GOLDEN.report, sequence: 2 ** 53 }), /invalid "long"/);
  // And the next one is not disturbed by the half that was written.
  deepStrictEqual(encodeReport(GOLDEN.report), GOLDEN.reportBytes);
});

Deno.test("decodeMessage() throws only DecodeError, when the bytes are arbitrary", () => {
  const header = fc.constantFrom(
    new Uint8Array(),
    GOLDEN.reportBytes.slice(0, 10),
    GOLDEN.gapBytes.slice(0, 10),
  );
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 300 }), (first, rest) => {
      reasonOf(new Uint8Array([...first, ...rest]));
    }),
    runs(3_000),
  );
});

Deno.test("decodeMessage() throws only DecodeError, when valid bytes were damaged", () => {
  const valid = fc.constantFrom(GOLDEN.reportBytes, GOLDEN.gapBytes, GOLDEN.v1Bytes);
  const damage = fc.array(fc.tuple(fc.nat(500), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(valid, damage, fc.nat(500), (bytes, changes, length) => {
      const inside = changes.map(([at, byte]): [number, number] => [at % bytes.length, byte]);
      reasonOf(changed(bytes, ...inside).subarray(0, length));
    }),
    runs(5_000),
  );
});

Deno.test("decodeMessage() throws DecodeError, when a message is cut anywhere or has more", () => {
  for (const bytes of [GOLDEN.reportBytes, GOLDEN.gapBytes, GOLDEN.v1Bytes]) {
    for (let length = 0; length < bytes.length; length++) {
      strictEqual(reasonOf(bytes.subarray(0, length)), "undecodable", `${length} bytes`);
    }
    strictEqual(reasonOf(new Uint8Array([...bytes, 0])), "undecodable");
  }
});

Deno.test("decodeMessage() distinguishes an unknown schema from damage, with its fingerprint", () => {
  const unknown = changed(GOLDEN.reportBytes, [2, 0x00]);
  throws(() => decodeMessage(unknown), {
    name: "DecodeError",
    reason: "schema",
    message: "unknown schema faa5ff0b69731e00; " +
      "replay the message with the version of sitemon that wrote it",
  });
  strictEqual(reasonOf(changed(GOLDEN.reportBytes, [0, 0xc4])), "undecodable");
});

Deno.test("decodeMessage() never takes a v1 datum for a single object", () => {
  // C3 begins an odd zigzag number, which is negative; no url has such a length.
  for (let length = 0; length < 20_000; length += 7) {
    const bytes = encodeV1({ ...GOLDEN.v1, url: "u".repeat(length) });
    ok(bytes[0] !== 0xc3, `${length}`);
  }
});

Deno.test("decodeMessage() takes the header with v1's fingerprint for a v1 datum", () => {
  const header = [0xc3, 0x01, ...[0xb0, 0xbc, 0x0d, 0xda, 0x52, 0x3c, 0x14, 0x1e].reverse()];
  const bytes = new Uint8Array([...header, ...GOLDEN.v1Bytes]);
  deepStrictEqual(decodeMessage(bytes), { kind: "v1", v1: GOLDEN.v1 });
});

Deno.test("messageDecoder() fills new fields with their defaults, when an older schema wrote", () => {
  const field = { name: "mood", type: "string", default: "calm" } as const;
  const newer = { ...SITE_REPORT_SCHEMA, fields: [...SITE_REPORT_SCHEMA.fields, field] };
  const decode = messageDecoder([{ kind: "report", schema: newer }, ...WRITER_SCHEMAS]);
  deepStrictEqual(decode(GOLDEN.reportBytes), {
    kind: "report",
    report: { ...GOLDEN.report, mood: "calm" },
  });
  strictEqual(decode(GOLDEN.v1Bytes).kind, "v1");
});
