import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { AddressError, listening, whenAddressIsFree } from "../../../src/runtime/http/listening.ts";

function options(port: number) {
  const handler = () => new Response("here");
  return { listen: { host: "127.0.0.1", port }, connectionsMax: 1, handler, clock };
}

Deno.test("whenAddressIsFree() listens once the address is released", async () => {
  const former = listening("page.listen", options(0));
  const port = Number(new URL(former.address).port);
  let tries = 0;
  const waiting = whenAddressIsFree(() => {
    if (++tries === 2) former.stop(0);
    return listening("page.listen", options(port));
  });
  const server = await waiting;
  ok(tries >= 2);
  strictEqual(server.address, former.address);
  await server.stop(0);
});

Deno.test("whenAddressIsFree() rejects with what to do, when the address stays taken", async () => {
  const former = listening("page.listen", options(0));
  const port = Number(new URL(former.address).port);
  await rejects(whenAddressIsFree(() => listening("page.listen", options(port))), (error) => {
    ok(error instanceof AddressError);
    match(error.message, /^cannot listen on "page.listen" 127\.0\.0\.1:\d+: .*; choose another/);
    return true;
  });
  await former.stop(0);
});
