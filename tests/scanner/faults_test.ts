// Goal: whatever a site does, its check ends in time, in bounded memory, with the right reason.
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { makeCertificates } from "../support/certificates.ts";
import { soon } from "../support/waiting.ts";
import { CONNECTION_FAULTS } from "./faults/connection_faults.ts";
import { type Fault, SHORT_TIMEOUTS } from "./faults/fault.ts";
import { HTTP_FAULTS } from "./faults/http_faults.ts";
import { REDIRECT_FAULTS } from "./faults/redirect_faults.ts";
import { TLS_FAULTS } from "./faults/tls_faults.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { STANDSTILL_MS } from "../../src/scanner/check_run.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { answering, rawServer } from "./http/raw_server.ts";
import { aSite, check, requireStorable } from "./sites.ts";

const certificates = makeCertificates();

/** How much later than its timeout a check may end, on a machine that is busy with other tests. */
const LATE_MS_MAX = 500;
/** How much a check may add to the memory of this process, in which its server lives too. */
const RSS_BYTES_MAX = 32 << 20;

for (const fault of [...HTTP_FAULTS, ...CONNECTION_FAULTS, ...REDIRECT_FAULTS, ...TLS_FAULTS]) {
  const { cause, reason } = fault;
  Deno.test(`checkSite() reports ${reason ?? "up"} in time, when the site ${cause}`, async () => {
    await using started = new AsyncDisposableStack();
    await tryFault(fault, started);
  });
}

async function tryFault(
  { reason, error, report: expected, start }: Fault,
  started: AsyncDisposableStack,
) {
  const target = await start({ certificates, started });
  const isTimeout = reason === "timeout" || reason === "connect_timeout";
  const timeouts = isTimeout ? SHORT_TIMEOUTS : {};
  const site = aSite(target.url, { name: "site", ...timeouts, ...target.site });
  const rssBefore = Deno.memoryUsage().rss;
  const report = await soon(
    site.timeoutMs + LATE_MS_MAX,
    "a report",
    () => check(site, target.context),
  );
  const rss = Deno.memoryUsage().rss - rssBefore;
  ok(rss < RSS_BYTES_MAX, `${rss} bytes`);
  deepStrictEqual(
    [report.outcome, report.reason, report.error_text],
    [reason === null ? "up" : "down", reason, report.error_text],
  );
  if (error !== undefined) match(report.error_text!, error);
  for (const [field, value] of Object.entries(expected ?? {})) {
    deepStrictEqual(report[field as keyof typeof report], value, field);
  }
  ok(!JSON.stringify(report).includes("s3cret"), "a secret travels");
  requireStorable(report);
  ok(report.response_time >= 0 && report.response_time <= site.timeoutMs + LATE_MS_MAX);
}

Deno.test("checkSite() measures no negative time, when the wall clock is set within the check", async () => {
  await using server = rawServer(answering("HTTP/1.1 200 OK\r\n\r\nok"));
  let nowMicros = Date.now() * 1_000;
  const clock = { ...systemClock, nowMicros: () => nowMicros -= 86_400_000_000 };
  const report = await check(aSite(`http://127.0.0.1:${server.port}/`), { clock });
  deepStrictEqual(report.outcome, "up");
  ok(report.response_time >= 0);
  for (const micros of Object.values(report.timings!)) ok(micros === null || micros >= 0);
});

Deno.test("checkSite() says nothing of a site, when the process stood still as it waited", async () => {
  await using silentServer = rawServer(() => {});
  const clock = new FakeClock();
  const site = aSite(`http://127.0.0.1:${silentServer.port}/`);
  const checking = check(site, { clock });
  await clock.suspend(site.timeoutMs + STANDSTILL_MS + 10);
  const { outcome, reason } = await checking;
  deepStrictEqual([outcome, reason], ["inconclusive", "internal"]);
});

Deno.test("checkSite() goes straight to the site, when the environment names a proxy", async () => {
  const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"];
  for (const name of names) Deno.env.set(name, "http://127.0.0.1:1");
  try {
    await using server = rawServer(answering("HTTP/1.1 200 OK\r\n\r\nok"));
    const report = await check(aSite(`http://127.0.0.1:${server.port}/`));
    deepStrictEqual([report.error_text, report.outcome], [null, "up"]);
  } finally {
    for (const name of names) Deno.env.delete(name);
  }
});
