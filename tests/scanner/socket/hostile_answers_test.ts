import { ok } from "node:assert/strict";
import fc, { runs } from "../../support/random_runs.ts";
import { soon } from "../../support/waiting.ts";
import type { StartTls } from "../../../src/config/site.ts";
import { REASONS } from "../../../src/report/outcome.ts";
import { rawServer, send } from "../http/raw_server.ts";
import { aSite, check, requireStorable } from "../sites.ts";

const STARTTLS: readonly StartTls[] = [
  ...["smtp", "imap", "pop3", "ldap", "postgres", "mysql", "xmpp"] as const,
];

/** Bytes that look enough like what is expected to get deep into a dialogue. */
const answer = fc.oneof(
  fc.constantFrom(
    ...["220 hi\r\n", "250-a\r\n250 b\r\n", "454 no\r\n", "* OK\r\n", "a OK\r\n", "a NO\r\n"],
    ...["+OK\r\n", "-ERR\r\n", "S", "N", "E", "\0", "\n", "</stream:features>", "<proceed/>"],
    ...["\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", "\x15\x03\x01\x00\x02\x02\x28"],
    `\x4a\0\0\0\x0a8.4.0\0${"s".repeat(40)}\0`,
  ).map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 300 }),
);

const STEPS = [{ expect: "220 " }, { send: "a", expect: "(?i)[a-z]+\\n" }, {
  send: "b",
  expect: "\\z",
}];

Deno.test("checkSite() reports in time, when a tcp or tls site answers any bytes", async () => {
  const given = [
    fc.array(answer, { maxLength: 6 }),
    fc.constantFrom("tcp", "tls"),
    fc.constantFrom(undefined, ...STARTTLS),
    fc.boolean(),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...given, async (answers, scheme, startTls, waits) => {
      await using server = rawServer(async (conn) => {
        for (const bytes of answers) {
          await send(conn, bytes);
          if (waits) await conn.read(new Uint8Array(4_096));
        }
      });
      const site = aSite(`${scheme}://127.0.0.1:${server.port}`, {
        ...(startTls && { startTls }),
        steps: STEPS,
        timeoutMs: 100,
        connectTimeoutMs: 100,
      });
      const report = await soon(1_000, "a report", () => check(site));
      requireStorable(report);
      ok(report.reason === null || REASONS.includes(report.reason));
      ok(report.reason !== "internal", report.error_text!);
    }),
    runs(150),
  );
});
