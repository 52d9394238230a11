// Goal: what a member may count on ends by itself, however the process was held up.
import { strictEqual } from "node:assert/strict";
import { Lease } from "../../../src/kafka/group/lease.ts";
import { instantOf } from "../../../src/runtime/clock.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A lease that has not been renewed yet, and the moment at which it was asked for. */
function aLease() {
  const clock = new FakeClock();
  return { clock, lease: new Lease(clock, 15_000), asked: instantOf(clock) };
}

Deno.test("renew() counts from the question and not from the answer", () => {
  const { clock, lease, asked } = aLease();
  strictEqual(lease.leftMs, 0);
  clock.advance(4_000);
  lease.renew(asked);
  strictEqual(lease.leftMs, 11_000);
  clock.advance(11_000);
  strictEqual(lease.leftMs, 0);
});

Deno.test("renew() gains nothing, when the answer lay there while the process was stopped", () => {
  const { clock, lease, asked } = aLease();
  clock.advance(20_000);
  lease.renew(asked);
  strictEqual(lease.leftMs, 0);
});

Deno.test("renew() never shortens, when an older question is answered later", () => {
  const { clock, lease, asked } = aLease();
  clock.advance(5_000);
  lease.renew(instantOf(clock));
  lease.renew(asked);
  strictEqual(lease.leftMs, 15_000);
});

Deno.test("extend() renews a lease that still runs, and none that has run out", () => {
  const { clock, lease, asked } = aLease();
  lease.extend(asked);
  strictEqual(lease.leftMs, 0, "nothing was ever held");
  lease.renew(asked);
  clock.advance(14_999);
  lease.extend(instantOf(clock));
  strictEqual(lease.leftMs, 15_000);
  clock.advance(15_000);
  lease.extend(instantOf(clock));
  strictEqual(lease.leftMs, 0);
});

Deno.test("leftMs notices that the machine slept, by the wall clock", () => {
  const { clock, lease, asked } = aLease();
  lease.renew(asked);
  clock.stepWall(60_000);
  strictEqual(lease.leftMs, 0);
});

Deno.test("leftMs does not grow, when the wall clock is set back", () => {
  const { clock, lease, asked } = aLease();
  lease.renew(asked);
  clock.stepWall(-60_000);
  clock.advance(5_000);
  strictEqual(lease.leftMs, 10_000);
});

Deno.test("end() lets it run out at once", () => {
  const { lease, asked } = aLease();
  lease.renew(asked);
  lease.end();
  strictEqual(lease.leftMs, 0);
});
