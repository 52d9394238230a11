import { Buffer } from "node:buffer";
import { ok, strictEqual, throws } from "node:assert/strict";
import { cpuMsOf } from "../../support/cpu_time.ts";
import fc, { runs } from "../../support/random_runs.ts";
import { soon } from "../../support/waiting.ts";
import { REASONS } from "../../../src/report/outcome.ts";
import { decodeAnswer, encodeQuery, RECORDS_MAX } from "../../../src/scanner/dns/dns_message.ts";
import {
  MalformedError,
  MessageReader,
  POINTERS_MAX,
} from "../../../src/scanner/dns/message_reader.ts";
import { aSite, check, requireStorable } from "../sites.ts";
import { ADDRESS, nameServer, overTcp, QNAME, record, replyTo, uint16 } from "./name_server.ts";

/** Types with a name, with strings, with numbers, an address, and two that are not known. */
const CODES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 257, 65_280];

const name = fc.oneof(
  fc.constant(QNAME),
  fc.nat(0x3fff).map((to) => uint16(0xc000 | to)),
  fc.uint8Array({ maxLength: 70 }),
);
const anyRecord = fc.tuple(fc.constantFrom(...CODES), name, fc.uint8Array({ maxLength: 60 }), name)
  .map(([code, owner, data, end]) => record(code, Buffer.concat([data, end]), { name: owner }));

/** What a server makes of a query: an answer that is damaged at some places, cut, or no answer. */
const message = fc.record({
  answers: fc.array(anyRecord, { maxLength: 8 }),
  flags: fc.constantFrom(0, 0x0200, 0x0420, 3),
  damages: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
  cut: fc.option(fc.nat(200)),
}).map(({ damages, cut, ...parts }) => (query: Buffer) => {
  const reply = replyTo(query, parts);
  for (const [at, byte] of damages) reply[at % reply.length] = byte;
  return cut === null ? reply : reply.subarray(0, -cut || undefined);
});

Deno.test("decodeAnswer() reads any bytes, or says what is wrong with them", () => {
  const query = encodeQuery({ name: "example.org", type: "A" });
  fc.assert(
    fc.property(message, (reply) => {
      try {
        const { answers, authority } = decodeAnswer(reply(query));
        ok(answers.length + authority.length <= RECORDS_MAX);
        for (const { name, data } of answers) ok(!/[^\x20-\x7e]/.test(name + data));
      } catch (error) {
        ok(error instanceof MalformedError, String(error));
      }
    }),
    runs(20_000),
  );
});

Deno.test("checkSite() reports in time, when a name server answers any bytes", async () => {
  const given = [fc.array(message, { maxLength: 4 }), message] as const;
  await fc.assert(
    fc.asyncProperty(...given, async (replies, tcp) => {
      await using server = nameServer(
        (query) => replies.map((reply) => reply(query)),
        overTcp(tcp),
      );
      const site = aSite(`dns://127.0.0.1:${server.port}/example.org?type=TXT`, {
        timeoutMs: 200,
        connectTimeoutMs: 100,
      });
      const report = await soon(2_000, "a report", () => check(site));
      requireStorable(report);
      ok(report.reason === null || REASONS.includes(report.reason));
      ok(report.reason !== "internal", report.error_text!);
    }),
    runs(100),
  );
});

/** A name whose pointers lead back one after the other, read at the last of them. */
function chained(pointers: number) {
  const targets = Array.from({ length: pointers }, (_, index) => Math.max(0, 2 * index - 1));
  const reader = new MessageReader(
    Buffer.concat([Buffer.of(0), ...targets.map((to) => uint16(0xc000 | to))]),
  );
  reader.at = 2 * pointers - 1;
  return reader;
}

Deno.test("name() follows as many pointers as there may be, and no more", () => {
  strictEqual(chained(POINTERS_MAX).name(), ".");
  throws(() => chained(POINTERS_MAX + 1).name(), { message: "a name has too many pointers" });
});

const label = (length: number) => `${String.fromCharCode(length)}${"a".repeat(length)}`;

/** Names as bytes, and what is wrong with them, or else how they read. */
const NAMES: readonly [bytes: string, text: string | { readonly message: string }][] = [
  ["\0", "."],
  ["\x03WwW\x07example\0", "www.example"],
  ["\x03a.b\x02\\ \x02\x00\xff\0", "a\\.b.\\\\\\ .\\000\\255"],
  [`${label(63).repeat(3)}${label(61)}\0`, [63, 63, 63, 61].map((n) => "a".repeat(n)).join(".")],
  [`${label(63).repeat(3)}${label(62)}\0`, { message: "a name is too long" }],
  [`${"\x40"}a\0`, { message: "a label has an unknown type" }],
  ["\x03ab", { message: "it ends early" }],
  ["\xc0\x00", { message: "a name points forward" }],
  ["\xc0", { message: "it ends early" }],
];

for (const [bytes, text] of NAMES) {
  Deno.test(`name() reads ${JSON.stringify(bytes).slice(0, 40)} as ${JSON.stringify(text).slice(0, 40)}`, () => {
    const reader = new MessageReader(Buffer.from(bytes, "latin1"));
    if (typeof text === "string") strictEqual(reader.name(), text);
    else throws(() => reader.name(), text);
  });
}

Deno.test("decodeAnswer() reads the largest message within a second, however it points", () => {
  const query = encodeQuery({ name: "a.".repeat(100).slice(0, -1), type: "NS" });
  const answers = Array.from({ length: RECORDS_MAX }, () => record(2, QNAME));
  const reply = replyTo(query, { answers });
  strictEqual(decodeAnswer(reply).answers.length, RECORDS_MAX);
  ok(cpuMsOf(() => decodeAnswer(reply)) < 1_000);
  strictEqual(
    decodeAnswer(replyTo(query, { answers: [record(1, ADDRESS, { ttl: 2 ** 31 })] })).answers[0]!
      .ttl,
    0,
  );
});
