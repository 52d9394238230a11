import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import { DECIDE_EVERY_MS, Decider, IDLE_MS } from "../../src/alerts/decider.ts";
import { HOUR_MS } from "../../src/runtime/time_units.ts";
import type { StoreError } from "../../src/status/store.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ModelQueries } from "./model/model_queries.ts";
import { anyLife, live } from "./model/random_life.ts";
import { aRule, Trial } from "./model/trial.ts";
import { SPAN_MS, START_MS } from "./model/world.ts";

class Deciding {
  readonly clock = new FakeClock(START_MS * 1_000);
  readonly queries: ModelQueries;
  readonly errors: (StoreError | undefined)[] = [];
  woken = 0;
  readonly trial: Trial;

  constructor(trial = new Trial([aRule()], { groupWaitMs: 0 })) {
    this.trial = trial;
    this.queries = new ModelQueries(trial.world);
  }

  open(): Decider {
    const { trial: { store, alerts }, queries, clock } = this;
    return new Decider({
      ...{ store, queries, alerts, clock },
      telemetry: { observe: () => {}, count: () => {} },
      onStore: (error) => this.errors.push(error),
      onMessages: () => this.woken++,
    });
  }

  pass(ms: number): void {
    this.trial.pass(ms);
    this.clock.advance(ms);
  }
}

Deno.test("Decider tells what changed, asks of the sites that matter alone, and wakes who sends", async () => {
  const deciding = new Deciding();
  const { trial } = deciding;
  const decider = deciding.open();
  const asked: string[][] = [];
  const look = trial.store.look.bind(trial.store);
  trial.store.look = (options) => {
    asked.push(options.sites.map(({ site }) => site));
    return look(options);
  };
  for (const outcome of ["up", "down", "up"] as const) {
    deciding.pass(SPAN_MS);
    trial.report("shop", outcome);
    trial.report("blog", "up");
    strictEqual(await decider.decide(), true);
    await trial.send();
    // Nothing is asked again, and nothing is told again.
    await decider.decide();
  }
  deepStrictEqual(asked, [[], [], ["shop"], [], ["shop"], []]);
  deepStrictEqual(trial.toldTo(), ["fired down shop", "resolved down shop"]);
  strictEqual(deciding.woken, 2);
  strictEqual(decider.state, "fresh");
});

Deno.test("Decider looks at each site now and then, for what came late", async () => {
  const deciding = new Deciding();
  const { trial } = deciding;
  const decider = deciding.open();
  const asked: string[][] = [];
  const look = trial.store.look.bind(trial.store);
  trial.store.look = (options) => {
    asked.push(options.changed.map(({ site }) => site));
    return look(options);
  };
  for (const site of ["a", "b", "c"]) trial.report(site, "up");
  for (let turn = 0; turn < 6; turn++) await decider.decide();
  deepStrictEqual(asked, [["a", "b", "c"], ["a"], ["b"], ["c"], [], ["a"]]);
});

Deno.test("Decider tells in a digest what it did not see, once, also after it was replaced", async () => {
  const deciding = new Deciding();
  const { trial } = deciding;
  const decider = deciding.open();
  trial.report("shop", "up");
  await decider.decide();
  deciding.pass(HOUR_MS);
  for (const [minutes, outcome] of [[50, "down"], [40, "up"], [0, "up"]] as const) {
    trial.report("shop", outcome, { atMs: trial.world.nowMs - minutes * SPAN_MS });
  }
  // Its decision is lost, and so is its process.
  trial.store.failing = "write";
  await rejects(() => decider.decide());
  trial.store.failing = undefined;
  const successor = deciding.open();
  for (const one of [successor, decider, successor]) await one.decide();
  deciding.pass(SPAN_MS);
  await trial.send();
  deepStrictEqual(trial.toldTo(), ["digest down shop"]);
});

Deno.test("Decider stands by while another process leads, and begins anew when it leads again", async () => {
  const deciding = new Deciding();
  const { trial, clock } = deciding;
  trial.store.isLeader = false;
  const decider = deciding.open();
  const stopping = new AbortController();
  const running = decider.run(stopping.signal);
  await clock.pass(0);
  strictEqual(deciding.queries.calls, 0);
  deepStrictEqual([decider.isLeading, decider.state], [false, "idle"]);
  trial.report("shop", "down");
  trial.store.isLeader = true;
  await clock.pass(IDLE_MS);
  deepStrictEqual([decider.isLeading, decider.state], [true, "fresh"]);
  strictEqual(trial.store.messages.size, 1);
  await clock.pass(3 * DECIDE_EVERY_MS);
  strictEqual(deciding.queries.calls, 4);
  trial.store.isLeader = false;
  await clock.pass(DECIDE_EVERY_MS);
  strictEqual(decider.isLeading, false);
  stopping.abort();
  await running;
});

Deno.test("Decider goes on when the store is back, and says meanwhile that nothing is decided", async () => {
  const deciding = new Deciding();
  const { trial, clock } = deciding;
  trial.report("shop", "down");
  trial.store.failing = "look";
  const decider = deciding.open();
  const stopping = new AbortController();
  const running = decider.run(stopping.signal);
  await clock.pass(20_000);
  strictEqual(decider.state, "stale");
  strictEqual(deciding.errors.every((error) => error?.message === "away"), true);
  trial.store.failing = undefined;
  await clock.pass(2_000);
  strictEqual(deciding.errors.at(-1), undefined);
  strictEqual(trial.store.messages.size, 1);
  // All that it knows is old.
  trial.pass(HOUR_MS);
  await clock.pass(2 * DECIDE_EVERY_MS);
  strictEqual(decider.state, "stale");
  stopping.abort();
  await running;
});

Deno.test("Decider rejects with what is no error of the store", async () => {
  const deciding = new Deciding();
  deciding.trial.store.look = () => Promise.reject(new TypeError("a mistake"));
  await rejects(deciding.open().run(new AbortController().signal), TypeError);
});

// What it keeps in memory must make no difference to what is told; a report that comes late is seen
// with the next one of its site.
Deno.test("Decider decides as one that looks at everything anew, whatever happens", async () => {
  const property = fc.asyncProperty(anyLife, async (events) => {
    const deciding = new Deciding(new Trial([aRule()], { flapsMax: 6 }));
    const { trial } = deciding;
    let decider = deciding.open();
    for (const any of events) {
      const event = any.is === "report" ? { ...any, lateSpans: 0 } : any;
      if (event.is === "rules") decider = (await live(trial, event), deciding.open());
      else if (event.is === "decide") await decider.decide();
      else await live(trial, event);
      deciding.clock.advance(trial.world.nowMs - deciding.clock.nowMicros() / 1_000);
      if (event.is !== "decide") continue;
      // The first look after a change of what is open may know fewer checks than the second.
      await decider.decide();
      const { messages } = await trial.decide();
      deepStrictEqual(messages.filter(({ kind }) => kind !== "digest"), []);
    }
  });
  await fc.assert(property, runs(100));
});
