import { deepStrictEqual, rejects } from "node:assert/strict";
import {
  HUNG_NAME_BACKOFF,
  LookupHungError,
  LOOKUPS_MAX,
  NameLookups,
} from "../../../src/scanner/reach/name_lookups.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { silent } from "../sites.ts";

/** Lookups that end when the test says so. */
class Rig {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  readonly pending = new Map<string, PromiseWithResolvers<readonly string[]>>();
  abandoned = 0;
  readonly #telemetry = { ...silent, count: () => this.abandoned++ };
  readonly lookups = new NameLookups(this.clock, this.#telemetry, (host) => {
    this.asked.push(host);
    const pending = Promise.withResolvers<readonly string[]>();
    this.pending.set(host, pending);
    return pending.promise;
  });

  answer(host: string, addresses = ["192.0.2.1"]): void {
    this.pending.get(host)!.resolve(addresses);
  }

  /** A lookup whose check gives up at once. */
  async hang(host: string): Promise<void> {
    const check = new AbortController();
    const lookup = this.lookups.addressesOf(host, check.signal);
    await settle();
    check.abort();
    await rejects(lookup, LookupHungError);
  }
}

const { signal } = new AbortController();

Deno.test("addressesOf() resolves to the addresses, when the name has some", async () => {
  const rig = new Rig();
  const lookup = rig.lookups.addressesOf("a.example", signal);
  await settle();
  rig.answer("a.example", ["192.0.2.7"]);
  deepStrictEqual(await lookup, ["192.0.2.7"]);
});

Deno.test("addressesOf() rejects as the resolver does, and asks again the next time", async () => {
  const rig = new Rig();
  for (let i = 0; i < 2; i++) {
    const lookup = rig.lookups.addressesOf("a.example", signal);
    await settle();
    rig.pending.get("a.example")!.reject(new TypeError("no such name"));
    await rejects(lookup, TypeError);
  }
  deepStrictEqual([rig.asked.length, rig.abandoned], [2, 0]);
});

Deno.test("addressesOf() backs off from a name that hung, and then asks again", async () => {
  const rig = new Rig();
  await rig.hang("hung.example");
  deepStrictEqual(rig.abandoned, 1);
  await rejects(rig.lookups.addressesOf("hung.example", signal), LookupHungError);
  deepStrictEqual(rig.asked.length, 1);

  await rig.clock.pass(HUNG_NAME_BACKOFF.minMs);
  const lookup = rig.lookups.addressesOf("hung.example", signal);
  await settle();
  rig.answer("hung.example");
  await lookup;
  deepStrictEqual(rig.asked.length, 2);
});

Deno.test("addressesOf() rejects, when its check has ended before", async () => {
  const rig = new Rig();
  await rejects(rig.lookups.addressesOf("a.example", AbortSignal.abort()), LookupHungError);
});

Deno.test("addressesOf() holds further lookups, when the bound hangs, and lets them go on in order", async () => {
  const rig = new Rig();
  for (let i = 0; i < LOOKUPS_MAX; i++) await rig.hang(`hung-${i}.example`);
  const first = rig.lookups.addressesOf("good.example", signal);
  const second = rig.lookups.addressesOf("better.example", signal);
  await settle();
  deepStrictEqual(rig.asked.length, LOOKUPS_MAX);

  rig.answer("hung-3.example");
  await settle();
  deepStrictEqual(rig.asked.slice(LOOKUPS_MAX), ["good.example"]);
  rig.answer("good.example");
  await first;
  await settle();
  rig.answer("better.example");
  deepStrictEqual(await second, ["192.0.2.1"]);
});

Deno.test("addressesOf() stops waiting for its turn, when its check ends", async () => {
  const rig = new Rig();
  for (let i = 0; i < LOOKUPS_MAX; i++) await rig.hang(`hung-${i}.example`);
  await rig.hang("good.example");
  deepStrictEqual([rig.asked.length, rig.abandoned], [LOOKUPS_MAX, LOOKUPS_MAX]);
  // The place that becomes free is not lost on the one that left.
  rig.answer("hung-0.example");
  await settle();
  const lookup = rig.lookups.addressesOf("good.example", signal);
  await settle();
  rig.answer("good.example");
  await lookup;
});
