import { deepStrictEqual, ok } from "node:assert/strict";
import type { Retries } from "../../src/config/site.ts";
import type { Reason } from "../../src/report/outcome.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { soon } from "../support/waiting.ts";
import { rawServer, readRequest, send } from "./http/raw_server.ts";
import { aSite, check } from "./sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const FAILED = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";

/** Closes the first connections without an answer, and then answers. */
function afterResets(count: number, answer: string) {
  let connections = 0;
  return async (conn: Deno.Conn) => {
    await readRequest(conn);
    if (++connections > count) await send(conn, answer);
  };
}

const retries = (changes: Partial<Retries> = {}): Retries => ({
  attempts: 3,
  delayMs: 1,
  on: ["reset"],
  ...changes,
});

const CASES: [
  what: string,
  resets: number,
  answer: string,
  retries: Retries | undefined,
  found: [attempts: number, reason: Reason | null],
][] = [
  ["the first attempt is up", 0, OK, retries(), [1, null]],
  ["there are no retries", 1, OK, undefined, [1, "reset"]],
  ["the second attempt is up", 1, OK, retries(), [2, null]],
  ["the last attempt is up", 2, OK, retries(), [3, null]],
  ["no attempt is up", 9, OK, retries(), [3, "reset"]],
  ["the reason is none of those", 9, OK, retries({ on: ["dns"] }), [1, "reset"]],
  ["any reason will do", 1, FAILED, retries({ on: ["any"] }), [3, "status"]],
  ["the last reason is none of those", 1, FAILED, retries(), [2, "status"]],
];

for (const [what, resets, answer, policy, [attempts, reason]] of CASES) {
  Deno.test(`checkSite() makes ${attempts} attempts, when ${what}`, async () => {
    await using server = rawServer(afterResets(resets, answer));
    const changes = policy === undefined ? {} : { retries: policy };
    const report = await check(aSite(`http://127.0.0.1:${server.port}/`, changes));
    deepStrictEqual([report.attempts, report.reason], [attempts, reason]);
    deepStrictEqual(server.accepted, attempts);
  });
}

Deno.test("checkSite() is timed by its first attempt's start and its last attempt's length", async () => {
  await using server = rawServer(afterResets(1, OK));
  const site = aSite(`http://127.0.0.1:${server.port}/`, { retries: retries({ delayMs: 300 }) });
  const startMs = performance.now();
  const { outcome, attempts, checked_at, response_time } = await check(site);
  const [tookMs, endMicros] = [performance.now() - startMs, systemClock.nowMicros()];
  deepStrictEqual([outcome, attempts], ["up", 2]);
  ok(endMicros - checked_at >= 300_000, "the first attempt's");
  ok(response_time <= tookMs - 299, `${response_time} of ${tookMs} ms`);
});

Deno.test("checkSite() makes no attempt that its timeout leaves no time for", async () => {
  await using server = rawServer(afterResets(9, OK));
  const site = aSite(`http://127.0.0.1:${server.port}/`, {
    timeoutMs: 2_000,
    retries: retries({ attempts: 10, delayMs: 800 }),
  });
  const report = await soon(2_500, "a report", () => check(site));
  ok(report.attempts >= 2 && report.attempts <= 3, `${report.attempts}`);
  deepStrictEqual(report.reason, "reset");

  const delayed = { ...site, timeoutMs: 5_000, retries: retries({ delayMs: 60_000 }) };
  // It does not wait for what cannot be.
  const { attempts } = await soon(3_000, "a report", () => check(delayed));
  deepStrictEqual(attempts, 1);
});
