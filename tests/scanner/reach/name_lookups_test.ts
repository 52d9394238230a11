import { deepStrictEqual, rejects } from "node:assert/strict";
import {
  HUNG_NAME_BACKOFF,
  LOOKUP_MS_MAX,
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
  async giveUp(host: string): Promise<void> {
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
  await rig.giveUp("hung.example");
  await rig.clock.pass(LOOKUP_MS_MAX);
  for (let checks = 0; checks < 3; checks++) {
    await rejects(rig.lookups.addressesOf("hung.example", signal), LookupHungError);
  }
  deepStrictEqual([rig.asked.length, rig.abandoned], [1, 1]);

  await rig.clock.pass(HUNG_NAME_BACKOFF.minMs);
  const lookup = rig.lookups.addressesOf("hung.example", signal);
  await settle();
  rig.answer("hung.example");
  await lookup;
  deepStrictEqual(rig.asked.length, 2);
});

Deno.test("addressesOf() takes no abort for evidence: a healthy name resolves for the next check", async () => {
  const rig = new Rig();
  for (let checks = 0; checks < 100; checks++) {
    const patient = rig.lookups.addressesOf("slow.example", signal);
    await rig.giveUp("slow.example");
    await rig.clock.pass(150);
    rig.answer("slow.example");
    deepStrictEqual(await patient, ["192.0.2.1"]);
  }
  deepStrictEqual([rig.asked.length, rig.abandoned], [100, 0]);
});

Deno.test("addressesOf() looks a name up once at a time, however many checks come and go", async () => {
  const rig = new Rig();
  for (let checks = 0; checks < 2 * LOOKUPS_MAX; checks++) await rig.giveUp("hung.example");
  const lookups = ["hung.example", "good.example"].map((host) =>
    rig.lookups.addressesOf(host, signal)
  );
  await settle();
  for (const host of rig.asked) rig.answer(host);
  await Promise.all(lookups);
  deepStrictEqual(rig.asked, ["hung.example", "good.example"]);
});

Deno.test("addressesOf() forgives a name that hung as soon as it is answered, however late", async () => {
  const rig = new Rig();
  const patient = rig.lookups.addressesOf("late.example", signal);
  await settle();
  await rig.clock.pass(LOOKUP_MS_MAX);
  await rejects(rig.lookups.addressesOf("late.example", signal), LookupHungError);
  rig.answer("late.example");
  await patient;
  await rig.giveUp("late.example");
  deepStrictEqual(rig.asked.length, 2);
});

Deno.test("addressesOf() backs off from a name whose lookup fails only after its time", async () => {
  const rig = new Rig();
  const lookup = rig.lookups.addressesOf("hung.example", signal);
  await settle();
  await rig.clock.pass(LOOKUP_MS_MAX);
  rig.pending.get("hung.example")!.reject(new TypeError("try again"));
  await rejects(lookup, TypeError);
  await rejects(rig.lookups.addressesOf("hung.example", signal), LookupHungError);
  deepStrictEqual([rig.asked.length, rig.abandoned], [1, 1]);
});

Deno.test("addressesOf() rejects, when its check has ended before", async () => {
  const rig = new Rig();
  await rejects(rig.lookups.addressesOf("a.example", AbortSignal.abort()), LookupHungError);
});

Deno.test("addressesOf() holds further lookups, when the bound hangs, and lets them go on in order", async () => {
  const rig = new Rig();
  for (let i = 0; i < LOOKUPS_MAX; i++) await rig.giveUp(`hung-${i}.example`);
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
  for (let i = 0; i < LOOKUPS_MAX; i++) await rig.giveUp(`hung-${i}.example`);
  await rig.giveUp("good.example");
  deepStrictEqual([rig.asked.length, rig.abandoned], [LOOKUPS_MAX, 0]);
  // The place that becomes free is not lost on the one that left.
  rig.answer("hung-0.example");
  await settle();
  const lookup = rig.lookups.addressesOf("good.example", signal);
  await settle();
  rig.answer("good.example");
  await lookup;
});
