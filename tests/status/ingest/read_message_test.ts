import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { encodeGap, encodeReport, encodeV1 } from "../../../src/report/codec.ts";
import {
  chunkOf,
  deadEntry,
  DETAIL_LENGTH_MAX,
  type IngestMessage,
  SITEMON_ID_LENGTH_MAX,
} from "../../../src/status/ingest/entry.ts";
import { CHECKED_AHEAD_MAX_MICROS, readMessage } from "../../../src/status/ingest/read_message.ts";
import { aReport, NOON, PRODUCERS } from "../../contract/site_reports.ts";
import { aMessage as messageAt } from "./ingest_fixture.ts";

const OPTIONS = { clusterId: "cluster", nowMicros: NOON };

function aMessage(value: Uint8Array | null, overrides: Partial<IngestMessage> = {}): IngestMessage {
  return messageAt(40, { value, key: null, timestampMs: NOON / 1_000, ...overrides });
}

function reasonFor(value: Uint8Array | null): string | undefined {
  const entry = readMessage(aMessage(value), OPTIONS);
  return entry.kind === "dead" ? entry.deadLetter.reason : undefined;
}

Deno.test("readMessage() reads reports and gaps", () => {
  const report = aReport();
  const gap = { producer_id: PRODUCERS[0], first: 1, last: 3, count: 3, reason: "coalesced" };
  const [first, second] = [aMessage(encodeReport(report)), aMessage(encodeGap(gap))];
  deepStrictEqual(readMessage(first, OPTIONS), { message: first, kind: "report", report });
  deepStrictEqual(readMessage(second, OPTIONS), { message: second, kind: "gap", gap });
});

Deno.test("readMessage() gives a v1 message the identity of its place", () => {
  const v1 = encodeV1(aReport({ url: "https://user:secret@shop.example/" }));
  const entry = readMessage(aMessage(v1), OPTIONS);
  const { site, sequence, checked_at, next_check_ms } = chunkOf([entry]).reports[0]!;
  deepStrictEqual([site, sequence, checked_at], ["https://shop.example/", 41, NOON]);
  strictEqual(next_check_ms, null);
});

for (
  const [what, reason, value] of [
    ["a tombstone", "undecodable", null],
    ["an empty value", "undecodable", new Uint8Array(0)],
    ["text", "undecodable", new TextEncoder().encode("poison")],
    ["a header alone", "undecodable", Uint8Array.of(0xc3, 1)],
    ["a length prefix of 2 GB", "undecodable", Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1)],
    ["an unknown schema", "schema", Uint8Array.of(0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ["a negative time", "invalid", encodeReport(aReport({ response_time: -1 }))],
    ["a long url", "invalid", encodeReport(aReport({ url: `https://${"a".repeat(300_000)}` }))],
    ["a strange word", "invalid", encodeReport(aReport({ outcome: "sideways" as "up" }))],
    ["the year 300000", "invalid", encodeReport(aReport({ checked_at: 9_000_000_000_000_000 }))],
    [
      "a gap that does not add up",
      "invalid",
      encodeGap({ producer_id: PRODUCERS[0], first: 3, last: 2, count: 1, reason: "x" }),
    ],
  ] as const
) {
  Deno.test(`readMessage() makes a dead letter "${reason}" of ${what}`, () => {
    strictEqual(reasonFor(value), reason);
  });
}

Deno.test("readMessage() allocates nothing for a size that a message only claims to have", () => {
  const HEADER_BYTES = 10;
  const GROWTH_BYTES_MAX = 64 * 2 ** 20;
  const good = encodeReport(aReport());
  const before = Deno.memoryUsage().rss;
  // Wherever a length or a count may stand in a report, there is one of 2 GB.
  for (let at = HEADER_BYTES; at < good.length; at++) {
    const bomb = good.slice(0, at + 5);
    bomb.set([0xfe, 0xff, 0xff, 0xff, 0x0f].slice(0, bomb.length - at), at);
    readMessage(aMessage(bomb), OPTIONS);
  }
  const growth = Deno.memoryUsage().rss - before;
  ok(growth < GROWTH_BYTES_MAX, `${growth} bytes`);
});

Deno.test("readMessage() believes a clock that is a day ahead, and no more", () => {
  const limit = NOON + CHECKED_AHEAD_MAX_MICROS;
  strictEqual(reasonFor(encodeReport(aReport({ checked_at: limit }))), undefined);
  strictEqual(reasonFor(encodeReport(aReport({ checked_at: limit + 1 }))), "clock");
});

Deno.test("readMessage() keeps a batch that was not read whole, with the reason, although it decodes", () => {
  const message = aMessage(encodeReport(aReport()), { fault: "its checksum is wrong" });
  const entry = readMessage(message, OPTIONS);
  const { fault, ...place } = message;
  const deadLetter = { ...place, reason: "undecodable", detail: fault };
  deepStrictEqual(entry, { message, kind: "dead", deadLetter });
});

Deno.test("readMessage() keeps a dead letter whole", () => {
  const [key, value] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
  const message = aMessage(value, { key, sitemonId: "id/7" });
  const entry = readMessage(message, OPTIONS);
  deepStrictEqual(entry.kind === "dead" && { ...entry.deadLetter, detail: "" }, {
    ...message,
    reason: "undecodable",
    detail: "",
  });
});

for (const error of [new TypeError("x is undefined"), new RangeError("out of range"), "text"]) {
  Deno.test(`readMessage() makes a dead letter of it, when decoding throws ${error}`, () => {
    const decode = () => {
      throw error;
    };
    const entry = readMessage(aMessage(Uint8Array.of(1)), { ...OPTIONS, decode });
    const deadLetter = entry.kind === "dead" ? entry.deadLetter : undefined;
    strictEqual(deadLetter?.reason, "undecodable");
    strictEqual(`${error}`.endsWith(deadLetter.detail), true);
  });
}

Deno.test("readMessage() never throws and never makes what a store refuses of any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (value) => {
    const entry = readMessage(aMessage(value), OPTIONS);
    const { reports, gaps, deadLetters } = chunkOf([entry]);
    return reports.length + gaps.length + deadLetters.length === 1;
  }));
});

Deno.test("deadEntry() bounds and cleans what it says of a message", () => {
  const message = aMessage(null, { sitemonId: "\0\ud800" + "x".repeat(SITEMON_ID_LENGTH_MAX) });
  const entry = deadEntry(message, "rejected", "\0" + "y".repeat(DETAIL_LENGTH_MAX));
  const deadLetter = entry.kind === "dead" ? entry.deadLetter : undefined;
  strictEqual(deadLetter?.detail, "\ufffd" + "y".repeat(DETAIL_LENGTH_MAX - 1));
  strictEqual(deadLetter?.sitemonId, "\ufffd\ufffd" + "x".repeat(SITEMON_ID_LENGTH_MAX - 2));
});

for (const timestampMs of [-1, NaN, Infinity, 9e18, 1.5]) {
  Deno.test(`deadEntry() makes a date that stores take of the timestamp ${timestampMs}`, () => {
    const entry = deadEntry(aMessage(null, { timestampMs }), "undecodable", "empty");
    const ms = entry.kind === "dead" ? entry.deadLetter.timestampMs : NaN;
    strictEqual(Number.isInteger(ms) && ms >= 0 && ms <= Date.UTC(2100, 0, 1), true);
  });
}
