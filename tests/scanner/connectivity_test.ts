import { deepStrictEqual, ok } from "node:assert/strict";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { checkSite } from "../../src/scanner/check.ts";
import { Connectivity, ROUND_MS_MAX } from "../../src/scanner/connectivity.ts";
import { makeCertificates } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { eventually, nextTurn } from "../support/waiting.ts";
import { answering, rawServer, untilClosed } from "./http/raw_server.ts";
import { aContext, aSite } from "./sites.ts";

const REFUSED = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const NOBODY = "http://127.0.0.1:1/";

/** A guard over urls, and all that it told. */
function aGuard(urls: readonly string[], clock = systemClock) {
  const told: unknown[] = [];
  const telemetry: Telemetry = {
    count() {},
    observe() {},
    set: (name, value, labels) => void told.push([name, value, labels]),
    dependency: (name, { ok, reason }) => void told.push([name, ok, reason]),
  };
  const context = aContext([...urls, NOBODY], { clock });
  const options = { urls, everyMs: 60_000, telemetry, thread: "scanner-1" };
  const connectivity = new Connectivity(options, context);
  const guarded = { ...context, connectivity };
  const check = (url: string, changes = {}) =>
    checkSite(aSite(url, changes), guarded, new AbortController().signal);
  return { connectivity, check, told };
}

Deno.test("checkSite() is inconclusive with its reason, while no url of connectivity answers", async () => {
  const { check, told, connectivity } = aGuard([NOBODY]);
  const report = await check(NOBODY);
  deepStrictEqual([report.outcome, report.reason], ["inconclusive", "connect_refused"]);
  ok(report.error_text!.startsWith("Cannot connect to 127.0.0.1:1"));
  const inverted = await check(NOBODY, { expect: { invert: true } });
  deepStrictEqual([inverted.outcome, inverted.reason], ["inconclusive", "connect_refused"]);
  deepStrictEqual(told.slice(0, 2), [
    ["sitemon_connectivity_up", 0, { thread: "scanner-1" }],
    ["connectivity", false, "offline"],
  ]);
  connectivity.stop();
});

Deno.test("checkSite() is down, while one url of connectivity answers with any status", async () => {
  await using server = rawServer(answering(REFUSED));
  const { check, told, connectivity } = aGuard([NOBODY, `http://127.0.0.1:${server.port}/`]);
  const report = await check(NOBODY);
  deepStrictEqual([report.outcome, report.reason], ["down", "connect_refused"]);
  deepStrictEqual(told, [
    ["sitemon_connectivity_up", 1, { thread: "scanner-1" }],
    ["connectivity", true, undefined],
  ]);
  connectivity.stop();
});

Deno.test("checkSite() asks nobody about connectivity, when a site is up", async () => {
  await using site = rawServer(answering(OK));
  await using asked = rawServer(answering(OK));
  const url = `http://127.0.0.1:${site.port}/`;
  const context = aContext([url]);
  const connectivity = { isOnline: () => Promise.reject(new Error("nobody asks")) };
  const report = await checkSite(
    aSite(url),
    { ...context, connectivity },
    new AbortController().signal,
  );
  deepStrictEqual([report.outcome, asked.accepted], ["up", 0]);
});

Deno.test("isOnline() asks once, when many checks fail at once and one after the other", async () => {
  await using server = rawServer(answering(OK));
  const { connectivity } = aGuard([`http://127.0.0.1:${server.port}/`]);
  const answers = await Promise.all(Array.from({ length: 100 }, () => connectivity.isOnline()));
  deepStrictEqual(answers.every((answer) => answer), true);
  for (let times = 0; times < 10; times++) await connectivity.isOnline();
  deepStrictEqual(server.accepted, 1);
  connectivity.stop();
});

Deno.test("isOnline() is false within its bound, when the urls accept and say nothing", async () => {
  await using server = rawServer(untilClosed);
  const { connectivity } = aGuard([`http://127.0.0.1:${server.port}/`]);
  const startMs = performance.now();
  deepStrictEqual(await connectivity.isOnline(), false);
  ok(performance.now() - startMs < ROUND_MS_MAX + 500);
  connectivity.stop();
});

Deno.test("isOnline() opens one connection to an https url, whose certificate nobody reads", async () => {
  await using server = rawServer(answering(OK), { tls: makeCertificates().unknown });
  const { connectivity } = aGuard([`https://localhost:${server.port}/`]);
  deepStrictEqual([await connectivity.isOnline(), server.accepted], [false, 1]);
  connectivity.stop();
});

Deno.test("Connectivity looks again after its time, and tells that the network is back", async () => {
  const port = freePort();
  const due = Promise.withResolvers<() => void>();
  const clock = {
    ...systemClock,
    after(delayMs: number, callback: () => void) {
      if (delayMs !== 60_000) return systemClock.after(delayMs, callback);
      due.resolve(callback);
      return () => {};
    },
  };
  const { connectivity, told } = aGuard([`http://127.0.0.1:${port}/`], clock);
  connectivity.start();
  const again = await due.promise;
  await using _server = rawServer(answering(OK), { port });
  // The first round lets go of its place in a microtask of its own.
  await nextTurn();
  again();
  await eventually(60_000, "a second round", () => told.length >= 4 || undefined);
  connectivity.stop();
  deepStrictEqual(told.map((one) => (one as unknown[])[1]), [0, false, 1, true]);
});
