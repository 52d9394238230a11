import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BEGINNINGS_MAX } from "../../src/alerts/decide.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import { aRule, Trial } from "./model/trial.ts";
import { SPAN_MS } from "./model/world.ts";

const DOWN_OR_STALE = aRule({ when: ["down", "stale"] });
const GROUP_WAIT_MS = 10_000;

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `site-${String(index).padStart(4, "0")}`);
}

/** Every site reports once an interval, spread over it; decides and sends each second. */
async function run(trial: Trial, sites: readonly string[], { ms, outcomeOf }: {
  readonly ms: number;
  readonly outcomeOf: (site: string) => "up" | "down" | undefined;
}): Promise<number[]> {
  const sent: number[] = [];
  for (let passed = 0; passed < ms; passed += 1_000) {
    trial.pass(1_000);
    const second = (trial.world.nowMs / 1_000) % 60;
    for (let index = second; index < sites.length; index += 60) {
      const outcome = outcomeOf(sites[index]!);
      if (outcome !== undefined) trial.report(sites[index]!, outcome);
    }
    await trial.decide();
    while (await trial.send() > 0) sent.push(trial.world.nowMs);
  }
  return sent;
}

Deno.test("a storm of 2,800 sites is one message a group and channel within the wait of a group", async () => {
  const sites = names(3_230);
  const trial = new Trial([DOWN_OR_STALE], { groupWaitMs: GROUP_WAIT_MS });
  for (const site of sites) trial.report(site, "up");
  trial.pass(SPAN_MS);
  for (const site of sites) trial.report(site, site < "site-2800" ? "down" : "up");
  await trial.decide();
  strictEqual(await trial.send(), 0);
  trial.pass(GROUP_WAIT_MS);
  let deliveries = 0;
  while (await trial.send() > 0) deliveries++;
  strictEqual(deliveries, 1);
  strictEqual(new Set(trial.toldTo()).size, 2_800);
  const { messages } = await trial.decide();
  deepStrictEqual(messages, []);
});

Deno.test("what one decision has no room for begins with the next one", async () => {
  const trial = new Trial([aRule()]);
  for (const site of names(BEGINNINGS_MAX + 1)) trial.report(site, "down");
  for (const count of [BEGINNINGS_MAX, 1, 0]) {
    strictEqual((await trial.decide()).messages.length, count);
  }
});

Deno.test("sites that go down one after the other are told in turns of the wait of their group", async () => {
  const trial = new Trial([DOWN_OR_STALE], { groupWaitMs: GROUP_WAIT_MS });
  const sites = names(120);
  await run(trial, sites, { ms: SPAN_MS, outcomeOf: () => "up" });
  const sent = await run(trial, sites, { ms: SPAN_MS, outcomeOf: () => "down" });
  const gaps = sent.slice(1).map((at, index) => at - sent[index]!);
  ok(gaps.every((gap) => gap >= GROUP_WAIT_MS), gaps.join());
  ok(sent.length >= 5, `${sent.length}`);
});

Deno.test("a producer that dies is one message, and one when it is back", async () => {
  const trial = new Trial([DOWN_OR_STALE], { groupWaitMs: GROUP_WAIT_MS });
  const sites = names(120);
  await run(trial, sites, { ms: 2 * SPAN_MS, outcomeOf: () => "up" });
  await run(trial, sites, { ms: 10 * MINUTE_MS, outcomeOf: () => undefined });
  deepStrictEqual(trial.toldTo(), ["fired location a"]);
  const { children, childrenLeftOut } = trial.told.get("ops")![0]!.alert.detail;
  ok(children.length + childrenLeftOut >= 60);
  await run(trial, sites, { ms: 3 * MINUTE_MS, outcomeOf: () => "up" });
  deepStrictEqual(trial.toldTo(), ["fired location a", "resolved location a"]);
});

Deno.test("a producer that dies makes no site unknown to a quorum", async () => {
  const rule = aRule({ locations: { count: 2, of: 2 } });
  const trial = new Trial([rule], { groupWaitMs: GROUP_WAIT_MS });
  const sites = names(60);
  for (let minute = 0; minute < 20; minute++) {
    trial.pass(SPAN_MS);
    for (const site of sites) {
      trial.report(site, "up");
      if (minute < 8) trial.report(site, "up", { location: "b" });
    }
    await trial.decide();
    while (await trial.send() > 0);
  }
  deepStrictEqual(trial.toldTo(), ["fired location b"]);
});

Deno.test("a few stale sites of a location are told by themselves", async () => {
  const trial = new Trial([DOWN_OR_STALE], { groupWaitMs: GROUP_WAIT_MS });
  const sites = names(120);
  const isGone = (site: string) => site < "site-0049";
  await run(trial, sites, { ms: 2 * SPAN_MS, outcomeOf: () => "up" });
  await run(trial, sites, {
    ms: 5 * MINUTE_MS,
    outcomeOf: (site) => isGone(site) ? undefined : "up",
  });
  deepStrictEqual(trial.toldTo().toSorted(), sites.filter(isGone).map((it) => `fired stale ${it}`));
});

for (
  const [name, rule, more] of [
    ["", aRule({ after: { checks: 2, of: 2 } }), []],
    [", and of the silence", aRule({ when: ["down", "stale"], after: { checks: 2, of: 2 } }), [
      ...["fired location a", "resolved location a"],
    ]],
  ] as const
) {
  Deno.test(`a Kafka outage of 2 h with 500 incidents inside and 3 that last gives 3 pages and one digest${name}`, async () => {
    const trial = new Trial([rule], { groupWaitMs: GROUP_WAIT_MS });
    const sites = names(520);
    const step = async (ms: number) => {
      trial.pass(ms);
      await trial.decide();
      while (await trial.send() > 0);
    };
    for (let minute = 0; minute < 3; minute++) {
      for (const site of sites) trial.report(site, "up");
      await step(SPAN_MS);
    }
    const began = trial.world.nowMs;
    for (let minute = 0; minute < 120; minute++) await step(SPAN_MS);
    // The topic is read from where it was left, in the order of time, with decisions in between.
    const lasting = sites.slice(500, 503);
    const outcomeOf = (index: number, minute: number) => {
      if (index < 500) return minute >= index % 90 + 5 && minute < index % 90 + 25 ? "down" : "up";
      return index < 503 && minute >= 60 ? "down" : "up";
    };
    for (let minute = 0; minute <= 120; minute++) {
      for (const [index, site] of sites.entries()) {
        const atMs = began + minute * SPAN_MS;
        trial.report(site, outcomeOf(index, minute), { atMs });
      }
      await step(2_000);
    }
    for (let minute = 0; minute < 5; minute++) {
      for (const site of sites) trial.report(site, lasting.includes(site) ? "down" : "up");
      await step(SPAN_MS);
    }
    const told = trial.toldTo();
    const digests = told.filter((text) => text.startsWith("digest"));
    strictEqual(digests.length, 500);
    const others = told.filter((text) => !text.startsWith("digest"));
    const pages = lasting.map((site) => `fired down ${site}`);
    deepStrictEqual(others.toSorted(), [...pages, ...more].toSorted());
    // All of the digest went as one, and so did the pages with the end of the silence.
    strictEqual(trial.deliveries, more.length === 0 ? 2 : 3);
    const page = trial.told.get("ops")!.find(({ alert }) => alert.site === lasting[0])!;
    deepStrictEqual(page.alert.began_at, new Date(began + HOUR_MS));
  });
}
