import { Buffer } from "node:buffer";
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { RECORDS_MAX } from "../../../src/scanner/dns/dns_message.ts";
import { STRAYS_MAX, UDP_BYTES_MAX } from "../../../src/scanner/dns/exchange.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { type Behaviour, send, untilClosed } from "../http/raw_server.ts";
import { trickling } from "../socket/scripted_server.ts";
import { aSite, check, requireStorable } from "../sites.ts";
import {
  ADDRESS,
  nameServer,
  overTcp,
  QNAME,
  readMessage,
  record,
  type Replies,
  replyTo,
  uint16,
} from "./name_server.ts";

const A = record(1, ADDRESS);
const TC = 0x0200;
const good: Replies = (query) => [replyTo(query, { answers: [A] })];
const truncated: Replies = (query) => [replyTo(query, { flags: TC })];
const never: Replies = () => [];
const answering = (...answers: Uint8Array[]): Replies => (query) => [replyTo(query, { answers })];

function aDnsSite(port: number, changes: Parameters<typeof aSite>[1] = {}) {
  return aSite(`dns://127.0.0.1:${port}/example.org?type=A`, { connectTimeoutMs: 300, ...changes });
}

/** A reply whose byte at an offset is another one. */
function altered(at: number, byte: number): Replies {
  return (query) => {
    const reply = replyTo(query, { answers: [A] });
    reply[at] = byte;
    return [reply];
  };
}

/** A TXT record of so many bytes in all, in strings of at most 255. */
function txtOf(byteCount: number): Buffer {
  const data = Buffer.alloc(byteCount - 12, "x");
  for (let at = 0; at < data.length; at += 256) data[at] = Math.min(255, data.length - at - 1);
  return record(16, data);
}
const HEAD_BYTES = replyTo(Buffer.alloc(12 + 17 + 11)).length;

/** What a server does over UDP and TCP, and the reason and text of the report; none when it is up. */
const CASES: readonly [
  does: string,
  replies: Replies,
  behaviour?: Behaviour | undefined,
  reason?: string,
  text?: RegExp,
][] = [
  ["answers", good],
  ["answers at the second time", (query, asked) => asked < 2 ? [] : good(query, asked)],
  ["answers after others", (query, asked) => [
    replyTo(Buffer.concat([uint16(query.readUInt16BE(0) ^ 1), query.subarray(2)])),
    query,
    Buffer.alloc(0),
    { elsewhere: replyTo(query) },
    ...good(query, asked),
  ]],
  [
    "answers with records of other types, classes and names",
    answering(
      record(16, Buffer.from("\x02hi")),
      record(65_280, Buffer.from("?")),
      record(1, ADDRESS, { dnsClass: 3 }),
      record(1, ADDRESS, { name: Buffer.of(0) }),
      A,
    ),
  ],
  [
    "sends an A record of another name alone",
    answering(record(1, ADDRESS, { name: Buffer.of(0) })),
    undefined,
    "body",
    /^no A record, expected at least one$/,
  ],
  [
    "answers with a chain of aliases",
    answering(
      record(5, Buffer.from("\x01a\0")),
      record(5, Buffer.from("\x01b\0"), { name: Buffer.from("\x01A\0") }),
      record(1, ADDRESS, { name: Buffer.from("\x01B\0") }),
    ),
  ],
  [
    "answers with aliases in a circle",
    answering(record(5, QNAME), record(5, QNAME)),
    undefined,
    "body",
    /^no A record/,
  ],
  [
    "never answers",
    never,
    undefined,
    "connect_timeout",
    /^Cannot connect to 127.0.0.1:\d+: no answer over UDP within 0.3 s$/,
  ],
  [
    "answers with another id",
    altered(0, 0),
    undefined,
    "connect_timeout",
    /within 0.3 s; datagrams that do not answer the query: 1$/,
  ],
  ["answers another question", altered(13, 0x78), undefined, "connect_timeout", /query: 1$/],
  ["answers no question", altered(5, 0), undefined, "connect_timeout", /query: 1$/],
  ["sends the query back", (query) => [query], undefined, "connect_timeout", /query: 1$/],
  ["answers another opcode", altered(2, 0xa0), undefined, "connect_timeout", /query: 1$/],
  [
    "answers from another port",
    (query) => [{ elsewhere: replyTo(query) }],
    undefined,
    "connect_timeout",
    /query: 1$/,
  ],
  [
    "sends floods",
    (query) => Array<Uint8Array>(3 * STRAYS_MAX).fill(query),
    undefined,
    "protocol",
    RegExp(`^${STRAYS_MAX} datagrams that do not answer the query$`),
  ],
  [
    "cannot read the question",
    (query) => [
      Buffer.concat([query.subarray(0, 2), uint16(0x8001, 0, 0, 0, 0)]),
    ],
    undefined,
    "status",
    /^response code is FORMERR, expected NOERROR$/,
  ],
  [
    "has another version of EDNS",
    (query) => [
      replyTo(query, {
        additional: [record(41, Buffer.alloc(0), { name: Buffer.of(0), ttl: 2 ** 24 })],
      }),
    ],
    undefined,
    "status",
    /^response code is 16, expected NOERROR$/,
  ],
  [
    "ends early",
    (query) => [replyTo(query, { answers: [A] }).subarray(0, -1)],
    undefined,
    "protocol",
    /^malformed answer: it ends early$/,
  ],
  [
    "has a record with another length",
    answering(record(1, Buffer.alloc(5))),
    undefined,
    "protocol",
    /^malformed answer: a record of the type A has another length$/,
  ],
  [
    "has a circle of pointers",
    (query) => [
      replyTo(query, { answers: [record(1, ADDRESS, { name: uint16(0xc000 + HEAD_BYTES) })] }),
    ],
    undefined,
    "protocol",
    /^malformed answer: a name points forward$/,
  ],
  ["fills a datagram", answering(A, txtOf(UDP_BYTES_MAX - HEAD_BYTES - A.length))],
  [
    "sends more than a datagram takes",
    answering(A, txtOf(UDP_BYTES_MAX - HEAD_BYTES - A.length + 1)),
    undefined,
    "protocol",
    /^answer has 4097 bytes, more than the 4096 of a datagram$/,
  ],
  ["has an answer for TCP", truncated, overTcp((query) => replyTo(query, { answers: [A] }))],
  [
    "sends as many records as there may be",
    truncated,
    overTcp((query) => replyTo(query, { answers: Array(RECORDS_MAX).fill(A) })),
  ],
  [
    "sends more records",
    truncated,
    overTcp((query) => replyTo(query, { answers: Array(RECORDS_MAX + 1).fill(A) })),
    "protocol",
    /^malformed answer: it has 1001 records$/,
  ],
  [
    "fills a message over TCP",
    truncated,
    overTcp((query) => replyTo(query, { answers: [A, txtOf(0xffff - HEAD_BYTES - A.length)] })),
  ],
  [
    "does not listen on TCP",
    truncated,
    undefined,
    "connect_refused",
    /^Cannot connect to 127.0.0.1:\d+: connection refused$/,
  ],
  [
    "closes its connections",
    truncated,
    readThen(() => {}),
    "reset",
    /^connection reset before the answer over TCP$/,
  ],
  [
    "closes a connection within its answer",
    truncated,
    readThen((conn) => send(conn, "\0\x40abc")),
    "reset",
    /^connection reset before/,
  ],
  [
    "says nothing over TCP",
    truncated,
    untilClosed,
    "timeout",
    /^timed out after 0.9 s before the answer over TCP$/,
  ],
  [
    "sends an answer over TCP without an end",
    truncated,
    trickling("\x7f", 10),
    "timeout",
    /^timed out after 0.9 s/,
  ],
  [
    "answers something else over TCP",
    truncated,
    overTcp(() => Buffer.from("HTTP/1.1 400 ")),
    "protocol",
    /^message over TCP that does not answer the query$/,
  ],
  ["answers nothing over TCP", truncated, overTcp(() => Buffer.alloc(0)), "protocol", /^message/],
];

function readThen(then: Behaviour): Behaviour {
  return async (conn) => {
    await readMessage(conn);
    await then(conn);
  };
}

for (const [does, replies, behaviour, reason, text] of CASES) {
  Deno.test(`checkSite() reports ${reason ?? "up"}, when a name server ${does}`, async () => {
    await using server = nameServer(replies, behaviour);
    const isSlow = does.includes("second time");
    const isHung = text?.source.includes("timed out");
    const report = await check(aDnsSite(server.port, {
      ...(isSlow && { connectTimeoutMs: 10_000 }),
      timeoutMs: isHung ? 900 : 10_000,
    }));
    requireStorable(report);
    deepStrictEqual([report.reason, report.outcome], [reason ?? null, reason ? "down" : "up"]);
    match(report.error_text ?? "", text ?? /^$/);
    ok(server.asked === (isSlow ? 2 : 1));
  });
}

Deno.test("checkSite() waits for a name server no longer than its own timeout", async () => {
  await using server = nameServer(never);
  const report = await check(aDnsSite(server.port, { timeoutMs: 200, connectTimeoutMs: 5_000 }));
  deepStrictEqual(report.reason, "timeout");
  match(report.error_text!, /^Cannot connect to .*: no answer over UDP within 0.2 s$/);
});

Deno.test("checkSite() escapes what a name server answers, and hides secrets in it", async () => {
  await using broken = nameServer((query) => [Buffer.concat([replyTo(query), Buffer.alloc(1)])]);
  await using cut = nameServer(altered(7, 9));
  ok((await check(aDnsSite(broken.port))).snippet!.startsWith("NOERROR"));
  const shown = /\\128\\000\\000\\001\\000\\009.*\\007example\\003org\\000/;
  match((await check(aDnsSite(cut.port))).snippet!, shown);
  await using telling = nameServer(
    answering(record(16, Buffer.from("\x0cyour hunter2\x04\0\xff\x1b[", "latin1"))),
  );
  const site = aSite(`dns://127.0.0.1:${telling.port}/example.org?type=TXT`, {
    expect: { answers: [] },
  });
  const report = await check(site, { secrets: ["hunter2"] });
  requireStorable(report);
  match(report.snippet!, /^NOERROR example\.org 300 IN TXT your \*\*\*\\000\\255\\027\[/);
  ok(!JSON.stringify(report).includes("hunter2"));
});

Deno.test("checkSite() sends nothing to a name server that it may not reach", async () => {
  await using server = nameServer(good);
  for (const host of ["127.0.0.1", "localhost"]) {
    const site = aSite(`dns://${host}:${server.port}/example.org?type=A`);
    const denied = await check(site, { addressPolicy: { deny: ["loopback"] } });
    deepStrictEqual([denied.outcome, denied.reason], ["down", "blocked_by_policy"]);
    const serialOf = [{ host: "127.0.0.2", port: 53 }];
    const unnamed = await check({ ...site, expect: { serialOf } });
    deepStrictEqual([host, unnamed.reason], [host, "blocked_by_policy"]);
  }
  deepStrictEqual(server.asked, 2);
});

Deno.test("checkSite() looks the name of a name server up, and asks its address", async () => {
  await using server = nameServer(good);
  const report = await check(aSite(`dns://localhost:${server.port}/example.org?type=A`));
  const { outcome, remote_address, timings } = report;
  deepStrictEqual([outcome, remote_address, timings!.tls], ["up", "127.0.0.1", null]);
  ok(timings!.dns !== null && timings!.first_byte !== null);
});

/** Why nothing can listen on IPv6 here, or `undefined`. */
function withoutIpv6(): string | undefined {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

machineTest(withoutIpv6())("checkSite() asks a name server over IPv6", async () => {
  const tcp = overTcp((query) => replyTo(query, { answers: [A] }));
  await using server = nameServer(truncated, tcp, "::1");
  const report = await check(aSite(`dns://[::1]:${server.port}/example.org?type=A`));
  deepStrictEqual([report.error_text, report.remote_address], [null, "::1"]);
  deepStrictEqual(server.asked, 1);
});

Deno.test("checkSite() tries a name server again, as its retries say", async () => {
  await using server = nameServer((query, asked) => asked < 2 ? [] : good(query, asked));
  const retries = { attempts: 2, delayMs: 1, on: ["connect_timeout"] as const };
  const report = await check(
    aDnsSite(server.port, { retries: { ...retries, on: [...retries.on] } }),
  );
  deepStrictEqual([report.outcome, report.attempts], ["up", 2]);
});
