import { rejects } from "node:assert/strict";
import { systemClock } from "../../../src/runtime/clock.ts";
import { CheckRun } from "../../../src/scanner/check_run.ts";
import { plainRoute } from "../../../src/scanner/connection/plain_answer.ts";
import { Visit } from "../../../src/scanner/connection/visit.ts";
import { encodeQuery } from "../../../src/scanner/dns/dns_message.ts";
import { askByUdp } from "../../../src/scanner/dns/exchange.ts";
import { aContext, aSite } from "../sites.ts";

const SITE = aSite("dns://h:53/a?type=A", { connectTimeoutMs: 20 });

/** How sending goes, and why there is no answer. */
const SENDING: readonly [how: string, write: () => Promise<void>, reason: string, text: RegExp][] =
  [
    [
      "never ends",
      () => new Promise(() => {}),
      "connect_timeout",
      /^Cannot connect to h:53: no answer over UDP within 0.02 s$/,
    ],
    [
      "fails",
      () => Promise.reject(Object.assign(new Error(), { code: "ENETUNREACH" })),
      "connect_refused",
      /^Cannot connect to h:53: no route to the host's network$/,
    ],
  ];

for (const [how, write, reason, message] of SENDING) {
  Deno.test(`askByUdp() rejects with ${reason} in time, when sending ${how}`, async () => {
    const closed = Promise.withResolvers<number>();
    const close = () => closed.reject(new Deno.errors.Interrupted());
    const stream = { remoteAddress: "192.0.2.1", write, close, read: () => closed.promise };
    const { signal } = new AbortController();
    using run = new CheckRun(systemClock, { timeoutMs: 10_000, signal });
    const exchange = {
      query: encodeQuery({ name: "a", type: "A" }),
      visit: new Visit(plainRoute(new URL(SITE.url), SITE), systemClock),
      context: aContext([]),
      run,
    };
    await rejects(askByUdp(stream, exchange), { reason, message });
  });
}
