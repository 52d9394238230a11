import { ok } from "node:assert/strict";
import { systemClock } from "../../../src/runtime/clock.ts";
import { connectByDeno } from "../../../src/scanner/connection/deno_stream.ts";
import { rawServer, untilClosed } from "../http/raw_server.ts";

Deno.test("connectByDeno() leaves no connection open, when its signal aborts as it connects", async () => {
  // It waits at its end until every connection is closed.
  await using server = rawServer(untilClosed);
  let rejected = 0;
  for (let attempt = 0; attempt < 200; attempt++) {
    const controller = new AbortController();
    const cancel = systemClock.after(2, () => controller.abort());
    const connecting = connectByDeno({ host: "127.0.0.1", port: server.port }, controller.signal);
    // The thread is busy until both are due: which of them is first is the event loop's choice.
    const busyUntilMs = performance.now() + 1.9;
    while (performance.now() < busyUntilMs);
    await connecting.then((stream) => stream.close(), () => rejected++);
    cancel();
  }
  ok(rejected > 0);
});
