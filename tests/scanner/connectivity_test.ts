import { deepStrictEqual, ok } from "node:assert/strict";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import type { Telemetry } from "../../src/runtime/telemetry/telemetry.ts";
import { checkSite } from "../../src/scanner/check.ts";
import { STANDSTILL_MS } from "../../src/scanner/check_run.ts";
import { Connectivity, ROUND_MS_MAX } from "../../src/scanner/connectivity.ts";
import { makeCertificates } from "../support/certificates.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { freePort } from "../support/free_port.ts";
import { eventually, nextTurn, soon } from "../support/waiting.ts";
import { answering, rawServer, untilClosed } from "./http/raw_server.ts";
import { aContext, aSite, silent } from "./sites.ts";

const REFUSED = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const NOBODY = "http://127.0.0.1:1/";

/** A guard over urls, and all that it told. */
function aGuard(urls: readonly string[], clock: Clock = systemClock) {
  const told: unknown[] = [];
  const telemetry: Telemetry = {
    ...silent,
    set: (name, value, labels) => void told.push([name, value, labels]),
    dependency: (name, { ok, reason }) => void told.push([name, ok, reason]),
  };
  const context = aContext([...urls, NOBODY], { clock });
  const options = { urls, everyMs: 60_000, telemetry, thread: "scanner-1" };
  const connectivity = new Connectivity(options, context);
  const guarded = { ...context, connectivity };
  const check = (url: string, changes = {}) =>
    checkSite(aSite(url, changes), guarded, new AbortController().signal);
  return { connectivity, check, told, [Symbol.dispose]: () => connectivity.stop() };
}

Deno.test("checkSite() is inconclusive with its reason, while no url of connectivity answers", async () => {
  using guard = aGuard([NOBODY]);
  const report = await guard.check(NOBODY);
  deepStrictEqual([report.outcome, report.reason], ["inconclusive", "connect_refused"]);
  ok(report.error_text!.startsWith("Cannot connect to 127.0.0.1:1"));
  const inverted = await guard.check(NOBODY, { expect: { invert: true } });
  deepStrictEqual([inverted.outcome, inverted.reason], ["inconclusive", "connect_refused"]);
  deepStrictEqual(guard.told.slice(0, 2), [
    ["sitemon_connectivity_up", 0, { thread: "scanner-1" }],
    ["connectivity", false, "offline"],
  ]);
});

Deno.test("checkSite() is down, while one url of connectivity answers with any status", async () => {
  await using server = rawServer(answering(REFUSED));
  using guard = aGuard([NOBODY, `http://127.0.0.1:${server.port}/`]);
  const report = await guard.check(NOBODY);
  deepStrictEqual([report.outcome, report.reason], ["down", "connect_refused"]);
  deepStrictEqual(guard.told, [
    ["sitemon_connectivity_up", 1, { thread: "scanner-1" }],
    ["connectivity", true, undefined],
  ]);
});

Deno.test("isOnline() takes no timeout for an outage in which the process stood still", async () => {
  await using silentServer = rawServer(() => {});
  const clock = new FakeClock();
  using guard = aGuard([`http://127.0.0.1:${silentServer.port}/`], clock);
  const answer = guard.connectivity.isOnline();
  await clock.suspend(ROUND_MS_MAX + STANDSTILL_MS);
  deepStrictEqual(await answer, true);
});

Deno.test("checkSite() asks nobody about connectivity, when a site is up", async () => {
  await using server = rawServer(answering(OK));
  const site = aSite(`http://127.0.0.1:${server.port}/`);
  const connectivity = { isOnline: () => Promise.reject(new Error("nobody asks")) };
  const context = { ...aContext([site.url]), connectivity };
  deepStrictEqual((await checkSite(site, context, new AbortController().signal)).outcome, "up");
});

Deno.test("isOnline() asks once, when many checks fail at once and one after the other", async () => {
  await using server = rawServer(answering(OK));
  using guard = aGuard([`http://127.0.0.1:${server.port}/`]);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => guard.connectivity.isOnline()),
  );
  deepStrictEqual(answers.every((answer) => answer), true);
  for (let times = 0; times < 10; times++) await guard.connectivity.isOnline();
  deepStrictEqual(server.accepted, 1);
});

Deno.test("isOnline() is false within its bound, when the urls accept and say nothing", async () => {
  await using server = rawServer(untilClosed);
  const answer = await soon(ROUND_MS_MAX + 500, "an answer", async () => {
    using guard = aGuard([`http://127.0.0.1:${server.port}/`]);
    return await guard.connectivity.isOnline();
  });
  deepStrictEqual(answer, false);
});

Deno.test("isOnline() opens one connection to an https url, whose certificate nobody reads", async () => {
  await using server = rawServer(answering(OK), { tls: makeCertificates().unknown });
  using guard = aGuard([`https://localhost:${server.port}/`]);
  deepStrictEqual([await guard.connectivity.isOnline(), server.accepted], [false, 1]);
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

Deno.test("Connectivity says nothing about the name of a url that answers later than another", async () => {
  await using server = rawServer(answering(OK));
  const slow = `http://slow.example:${server.port}/`;
  const urls = [`http://127.0.0.1:${server.port}/`, slow];
  const asked = Promise.withResolvers<void>();
  const resolved = Promise.withResolvers<readonly string[]>();
  const context = aContext([...urls, NOBODY], {
    resolve: () => (asked.resolve(), resolved.promise),
  });
  const connectivity = new Connectivity(
    { urls, everyMs: 60_000, telemetry: silent, thread: "scanner-1" },
    context,
  );
  deepStrictEqual(await connectivity.isOnline(), true);
  connectivity.stop();
  await asked.promise;
  resolved.resolve(["127.0.0.1"]);
  const { signal } = new AbortController();
  deepStrictEqual(await context.lookups.addressesOf("slow.example", signal), ["127.0.0.1"]);
});
