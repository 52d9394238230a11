import { deepStrictEqual, match, ok } from "node:assert/strict";
import type { Site } from "../../../src/config/site.ts";
import { LONG_MAX, LONG_MIN } from "../../../src/report/bounds.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { checkSite } from "../../../src/scanner/check.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import {
  Authority,
  FOR_LOOPBACK,
  makeCertificates,
  selfSigned,
} from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";
import { opensslServer } from "../http/openssl_server.ts";
import { answering, rawServer, untilClosed } from "../http/raw_server.ts";
import { aContext, aSite, check, requireStorable } from "../sites.ts";
import { eventually } from "../../support/waiting.ts";

const certificates = makeCertificates();
const { ca } = certificates;
const ANSWER = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
const NO_TLS = { insecure: false };
const trusting = { tls: { insecure: false, ca } };

Deno.test("checkSite() reports up with the certificate's dates, when TLS is in order", async () => {
  await using server = rawServer(ANSWER, { tls: certificates.good });
  const report = await check(aSite(`https://localhost:${server.port}/`, trusting));

  deepStrictEqual([report.outcome, report.error_text], ["up", null]);
  deepStrictEqual(report.certificate_issuer, "Test");
  const days = (report.certificate_expires_at! / 1_000 - Date.now()) / 86_400_000;
  ok(days > 29 && days <= 30);
  ok(report.timings!.tls! > 0 && report.timings!.dns! > 0);
});

/** A way to the TLS server at `port`, on which the connection of this number is closed at once. */
function closing(number: number, port: number) {
  let connections = 0;
  return rawServer(async (conn) => {
    if (++connections === number) return;
    const to = await Deno.connect({ hostname: "127.0.0.1", port });
    await Promise.allSettled([
      conn.readable.pipeTo(to.writable),
      to.readable.pipeTo(conn.writable),
    ]);
  });
}

/** Checks of one scanner, one after the other. */
function checks(site: Site) {
  const context = aContext([site.url]);
  return () => checkSite(site, context, new AbortController().signal);
}

Deno.test("checkSite() reads a certificate once, when checks repeat within ten minutes", async () => {
  await using server = rawServer(ANSWER, { tls: certificates.good });
  const check = checks(aSite(`https://localhost:${server.port}/`, trusting));
  const [first, second] = [await check(), await check()];
  deepStrictEqual(first.certificate_expires_at, second.certificate_expires_at);
  deepStrictEqual(first.certificate_seen_at, second.certificate_seen_at);
  ok(first.certificate_seen_at! >= first.checked_at);
  ok(second.certificate_seen_at! <= second.checked_at);
  deepStrictEqual(server.accepted, 3);
});

/** Ends of certificates, and what a report can hold of each. */
const ENDS: [end: string, expiresAt: number, error: RegExp | null][] = [
  ["99991231235959Z", LONG_MAX, null],
  ["22600101000000Z", LONG_MAX, null],
  ["22550101000000Z", Date.UTC(2255, 0) * 1_000, null],
  ["19500102000000Z", Date.UTC(1950, 0, 2) * 1_000, /^certificate expired on 1950-01-02, /],
  ["18000102000000Z", LONG_MIN, /^certificate expired on 1800-01-02, /],
  ["00000102000000Z", LONG_MIN, /^certificate expired on 0000-01-02, /],
];

for (const [end, expiresAt, error] of ENDS) {
  Deno.test(`checkSite() makes a report that can be stored, when a certificate ends ${end}`, async () => {
    using authority = new Authority();
    const validity = ["-startdate", "00000101000000Z", "-enddate", end];
    const tls = authority.sign("localhost", { names: "DNS:localhost", validity });
    await using server = rawServer(ANSWER, { tls });
    const report = await check(aSite(`https://localhost:${server.port}/`, {
      tls: { insecure: true },
      expect: { certificateDays: { degraded: 14 } },
    }));
    requireStorable(report);
    deepStrictEqual(report.certificate_expires_at, expiresAt);
    deepStrictEqual(report.outcome, error === null ? "up" : "degraded");
    if (error !== null) match(report.error_text!, error);
  });
}

Deno.test("checkSite() sees at once that a certificate was renewed, when it alarmed", async () => {
  const port = freePort();
  const expect = { certificateDays: { degraded: 20 } };
  const check = checks(aSite(`https://localhost:${port}/`, { ...trusting, expect }));
  const outcomes: unknown[] = [];
  for (const tls of [certificates.ending, certificates.ending, certificates.good]) {
    await using _server = rawServer(ANSWER, { port, tls });
    const { outcome, reason } = await check();
    outcomes.push([outcome, reason]);
  }
  const alarm = ["degraded", "certificate_soon"];
  deepStrictEqual(outcomes, [alarm, alarm, ["up", null]]);
});

Deno.test("checkSite() is up, and does not ask again at once, when a certificate cannot be read beside it", async () => {
  await using tls = rawServer(ANSWER, { tls: certificates.good });
  await using server = closing(2, tls.port);
  const expect = { certificateDays: { down: 14 } };
  const check = checks(aSite(`https://localhost:${server.port}/`, { ...trusting, expect }));
  for (let times = 0; times < 3; times++) {
    const { outcome, error_text, certificate_expires_at } = await check();
    deepStrictEqual([outcome, error_text, certificate_expires_at], ["up", null, null]);
  }
  deepStrictEqual(server.accepted, 4);
});

Deno.test("checkSite() keeps the dates that were seen, and says when, when a certificate cannot be read again", async () => {
  await using tls = rawServer(ANSWER, { tls: certificates.ending });
  await using server = closing(4, tls.port);
  let aheadMicros = 0;
  const clock = { ...systemClock, nowMicros: () => systemClock.nowMicros() + aheadMicros };
  const expect = { certificateDays: { degraded: 20 } };
  const site = aSite(`https://localhost:${server.port}/`, { ...trusting, expect });
  const context = aContext([site.url], { clock });
  const check = () => checkSite(site, context, new AbortController().signal);
  const first = await check();
  aheadMicros = 7 * 60_000_000;
  const second = await check();
  deepStrictEqual(second.certificate_expires_at, first.certificate_expires_at);
  match(first.error_text!, /^certificate expires on [-\d]+, in 9 days, expected/);
  match(
    second.error_text!,
    /^certificate expires on [-\d]+, in 9 days \(seen 7 minutes ago\), exp/,
  );
});

Deno.test("checkSite() says in each check what a server has, and asks it once in ten minutes", async () => {
  await using openssl = await opensslServer(certificates.good, [
    ...["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
  ]);
  await using server = closing(Infinity, openssl.port);
  const check = checks(aSite(`https://localhost:${server.port}/`, trusting));
  for (let times = 0; times < 3; times++) {
    const { reason, error_text } = await check();
    deepStrictEqual(reason, "tls_other");
    match(error_text!, /: server has only CBC cipher suites, which sitemon does not take$/);
  }
  // Three visits; beside the first one its certificate, and its hello.
  deepStrictEqual(server.accepted, 5);
});

const lab = selfSigned(FOR_LOOPBACK);
for (const [name, changes] of [["Deno", {}], ["node:tls", { ipVersion: 4 }]] as const) {
  Deno.test(`checkSite() by ${name} takes a self-signed certificate that is tls.ca, and no other`, async () => {
    await using server = rawServer(ANSWER, { tls: lab });
    const found = [lab.cert, `${ca}${lab.cert}`, ca].map(async (ca) => {
      const site = aSite(`https://localhost:${server.port}/`, {
        ...changes,
        tls: { ...NO_TLS, ca },
      });
      const { outcome, error_text } = await check(site);
      return `${outcome}: ${error_text?.replace(/^.*?: /, "")}`;
    });
    deepStrictEqual(await Promise.all(found), [
      "up: undefined",
      "up: undefined",
      "down: certificate is self-signed; to trust it, name it in tls.ca",
    ]);
  });
}

const VARIANTS: [name: string, changes: Partial<Site>][] = [
  ["any certificate is accepted", { tls: { insecure: true } }],
  ["an IP version is asked for", { ...trusting, ipVersion: 4 }],
  ["a server name is asked for", { tls: { insecure: false, ca, serverName: "localhost" } }],
];

for (const [name, changes] of VARIANTS) {
  Deno.test(`checkSite() reports up, when ${name}`, async () => {
    await using server = rawServer(ANSWER, { tls: certificates.good });
    const report = await check(aSite(`https://127.0.0.1:${server.port}/`, changes));
    deepStrictEqual([report.reason, report.error_text], [null, null]);
    deepStrictEqual(report.certificate_issuer, "Test");
  });
}

Deno.test("checkSite() reports connect_timeout, when the TLS handshake hangs", async () => {
  const release = Promise.withResolvers<void>();
  let closedByClient = 0;
  await using server = rawServer(async (conn) => {
    await Promise.race([release.promise, untilClosed(conn).then(() => closedByClient++)]);
  });
  const site = aSite(`https://127.0.0.1:${server.port}/`, { connectTimeoutMs: 100 });
  const context = aContext([site.url]);
  const { signal } = new AbortController();
  const reports: SiteReport[] = [];

  for (let checks = 0; checks < 3; checks++) reports.push(await checkSite(site, context, signal));
  // Of the checks that hang only the first leaves its socket behind.
  await eventually(60_000, "two closed sockets", () => closedByClient >= 2 || undefined);
  release.resolve();
  for (const { reason, error_text, response_time } of reports) {
    deepStrictEqual(reason, "connect_timeout");
    match(error_text!, /TLS handshake timed out after 0\.1 s$/);
    ok(response_time < site.timeoutMs / 2);
  }
});
