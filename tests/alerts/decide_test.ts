import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AlertRule } from "../../src/config/alerts.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import { aRule, play, Trial } from "./model/trial.ts";
import { SPAN_MS } from "./model/world.ts";

const THREE = { checks: 3, of: 3 };
const TWO_OF_FIVE = { checks: 2, of: 5 };

/** Checks of one site, a minute apart (`.` for none), and what its channel hears of them. */
const HISTORIES: readonly (readonly [string, Partial<AlertRule>, string, readonly string[]])[] = [
  ["a first failure", {}, "d", ["fired down"]],
  ["a failure and its end", {}, "udu.", ["fired down", "resolved down"]],
  ["too few checks", { after: THREE }, "uddu", []],
  ["enough checks", { after: THREE }, "uddd.", ["fired down"]],
  ["checks that say nothing", { after: THREE }, "udidid.", ["fired down"]],
  ["checks in between", { after: THREE }, "udduddd.", ["fired down"]],
  ["2 of 5", { after: TWO_OF_FIVE }, "uduud.", ["fired down"]],
  ["2 of 6", { after: TWO_OF_FIVE }, "uduuuud.", []],
  ["a time", { after: { forMs: 2 * MINUTE_MS } }, "uddd.", ["fired down"]],
  ["a shorter time", { after: { forMs: 2 * MINUTE_MS } }, "uddu.", []],
  ["a slow recovery", { recoverAfter: THREE }, "uduuduu.", ["fired down"]],
  ["a recovery", { recoverAfter: THREE }, "uduuduuu.", ["fired down", "resolved down"]],
  ["silence while down", {}, "ud.....", ["fired down"]],
  ["silence", { when: ["down", "stale"] }, "u....", ["fired stale"]],
  ["silence that ends", { when: ["stale"] }, "u....u.", ["fired stale", "resolved stale"]],
  ["silence of a site that is down", { when: ["down", "stale"] }, "ud.....", ["fired down"]],
  ["degraded", { when: ["degraded"] }, "ug.", ["fired degraded"]],
  ["worse than degraded", { when: ["degraded"] }, "ugdd.", ["fired degraded"]],
  ["down is not degraded", { when: ["degraded"] }, "udd.", []],
  ["better than down", {}, "udg.", ["fired down", "resolved down"]],
  ["better, in a rule for both", { when: ["down", "degraded"] }, "udg.", [
    ...["fired down", "resolved down", "fired degraded"],
  ]],
  ["inconclusive", { when: ["inconclusive"] }, "uid.", [
    ...["fired inconclusive", "resolved inconclusive"],
  ]],
  ["up all the time", { when: ["down", "degraded", "stale", "inconclusive"] }, "uuuu", []],
];

for (const [name, rule, outcomes, expected] of HISTORIES) {
  Deno.test(`decide() tells of ${name}: ${outcomes}`, async () => {
    const trial = new Trial([aRule(rule)]);
    await play(trial, "shop", outcomes);
    const told = trial.toldTo().map((text) => text.replace(" shop", ""));
    deepStrictEqual(told.sort(), [...expected].sort());
  });
}

Deno.test("decide() names the true beginning and end, whenever it decides", async () => {
  const trial = new Trial([aRule({ after: THREE })]);
  const began = trial.world.nowMs + 2 * SPAN_MS;
  for (const outcome of ["up", "down", "down", "down", "down"] as const) {
    trial.pass(SPAN_MS);
    trial.report("shop", outcome);
  }
  const { alerts: [fired] } = await trial.decide();
  deepStrictEqual(fired?.began_at, new Date(began));
  trial.pass(SPAN_MS);
  trial.report("shop", "up");
  const upMs = trial.world.nowMs;
  trial.pass(SPAN_MS);
  trial.report("shop", "up");
  const { alerts: [ended] } = await trial.decide();
  deepStrictEqual([ended?.ended_at, ended?.end], [new Date(upMs), "recovered"]);
  strictEqual(ended?.id, fired?.id);
});

Deno.test("decide() tells of a certificate by its reason, and not of its site as degraded too", async () => {
  const trial = new Trial([aRule({ when: ["degraded", "certificate_soon"] })]);
  trial.report("shop", "degraded", { reason: "certificate_soon" });
  await trial.decide();
  trial.report("slow", "degraded", { reason: "slow" });
  await trial.settle();
  deepStrictEqual(trial.toldTo(), ["fired certificate_soon shop", "fired degraded slow"]);
});

/** Of three locations; `2 of 3` of them decide. */
const QUORUMS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["one of three", ["dd", "uu", "uu"], []],
  ["two of three", ["dd", "dd", "uu"], ["fired down"]],
  ["two of three, then one", ["ddd", "ddu", "uuu"], ["fired down", "resolved down"]],
  ["two of two", ["dd", "dd"], ["fired unknown"]],
  ["one that stops", ["uuuuuuu", "uuuuuuu", "u......"], ["fired unknown"]],
  ["one that stops while they agree", ["ddddddd", "ddddddd", "u......"], [
    ...["fired down", "fired unknown"],
  ]],
  ["two that stop while they agree", ["ddduuuu", "ddd....", "ddd...."], [
    ...["fired down", "fired unknown"],
  ]],
  ["one that is back", ["uuuuuuu", "uuuuuuu", "u....uu"], ["fired unknown", "resolved unknown"]],
];

for (const [name, places, expected] of QUORUMS) {
  Deno.test(`decide() never lets a quorum shrink: ${name}`, async () => {
    const rule = aRule({ when: ["down", "stale"], locations: { count: 2, of: 3 } });
    const trial = new Trial([rule]);
    // A rule that has looked for a while.
    await trial.decide();
    trial.pass(10 * MINUTE_MS);
    for (let at = 0; at < Math.max(...places.map(({ length }) => length)); at++) {
      trial.pass(SPAN_MS - 11_000);
      for (const [index, outcomes] of places.entries()) {
        const letter = outcomes[at] ?? ".";
        if (letter === ".") continue;
        trial.report("shop", letter === "d" ? "down" : "up", { location: `l${index}` });
      }
      await trial.decide();
      trial.pass(11_000);
      await trial.send();
    }
    if (name === "two of two") {
      for (let minutes = 0; minutes < 7; minutes++) {
        trial.pass(MINUTE_MS);
        for (const location of ["l0", "l1"]) trial.report("shop", "down", { location });
        await trial.decide();
      }
    }
    trial.pass(11_000);
    await trial.send();
    deepStrictEqual(
      trial.toldTo().map((text) => text.replace(" shop", "")).sort(),
      [...expected].sort(),
    );
  });
}

Deno.test("decide() reminds by time, once after a pause, and not once somebody knows", async () => {
  const trial = new Trial([aRule({ remindMs: HOUR_MS })], { groupWaitMs: 0 });
  await play(trial, "shop", "d");
  for (const ms of [59 * MINUTE_MS, 2 * MINUTE_MS, 59 * MINUTE_MS, 5 * HOUR_MS]) {
    trial.pass(ms);
    trial.report("shop", "down");
    await trial.decide();
    await trial.send();
  }
  const said = ["fired down shop", "reminded down shop", "reminded down shop"];
  deepStrictEqual(trial.toldTo(), said);
  const [[id, alert]] = [...trial.store.alerts] as [[string, never]];
  trial.store.alerts.set(id, { ...alert as object, acked_at: trial.world.now } as never);
  trial.pass(5 * HOUR_MS);
  trial.report("shop", "down");
  await trial.decide();
  await trial.send();
  deepStrictEqual(trial.toldTo(), said);
});

Deno.test("decide() reminds by the time since a silence ended, and not at once", async () => {
  const trial = new Trial([aRule({ remindMs: HOUR_MS })], { groupWaitMs: 0 });
  await play(trial, "shop", "d");
  trial.pass(HOUR_MS);
  trial.report("shop", "down");
  await trial.decide();
  trial.mute("silence", MINUTE_MS);
  const reminders = [];
  for (const ms of [0, HOUR_MS, 0, HOUR_MS, 0]) {
    trial.pass(ms);
    trial.report("shop", "down");
    const { messages } = await trial.decide();
    reminders.push(messages.filter(({ kind }) => kind === "reminded").length);
  }
  deepStrictEqual(reminders, [0, 0, 0, 1, 0]);
});

Deno.test("decide() ends alerts of rules that are gone and of sites that are forgotten, and says why", async () => {
  const trial = new Trial([aRule(), aRule({ name: "other", channels: ["dev"] })], {
    groupWaitMs: 0,
  });
  await play(trial, "shop", "d");
  await play(trial, "blog", "d");
  trial.alerts = { ...trial.alerts, rules: [aRule({ name: "other", channels: ["dev", "ops"] })] };
  trial.world.forget("blog");
  await trial.settle();
  const ends = [...trial.store.alerts.values()].map(({ rule, site, end }) =>
    `${rule} ${site} ${end}`
  );
  deepStrictEqual(ends.sort(), [
    "down blog site_forgotten",
    "down shop rule_removed",
    "other blog site_forgotten",
    "other shop null",
  ]);
  deepStrictEqual(trial.toldTo("ops").toSorted(), [
    // The channel that a rule gained hears what lasts.
    ...["fired down blog", "fired down shop", "fired down shop"],
    ...["resolved down blog", "resolved down shop"],
  ]);
});

Deno.test("decide() tells a flapping site once, and again when it is calm", async () => {
  const trial = new Trial([aRule()], { groupWaitMs: 0, flapsMax: 6 });
  await play(trial, "shop", "ududududududududu");
  const pairs = Array(3).fill(["fired down shop", "resolved down shop"]).flat();
  deepStrictEqual(trial.toldTo(), [...pairs, "flapping down shop"]);
  strictEqual(trial.told.get("ops")!.at(-1)!.alert.suppressed_by, "flapping:7");
  await play(trial, "shop", "u".repeat(61));
  await trial.send();
  deepStrictEqual(trial.toldTo().slice(7), ["resolved down shop"]);
  // Calm, and down: what it is now.
  const down = new Trial([aRule()], { groupWaitMs: 0, flapsMax: 6 });
  await play(down, "shop", "udududud" + "d".repeat(61));
  deepStrictEqual(down.toldTo().slice(6), ["flapping down shop", "fired down shop"]);
});

Deno.test("decide() holds the alerts of a site back while a parent is down, and names them there", async () => {
  const trial = new Trial([aRule()], { groupWaitMs: 0 });
  trial.world.labels.set("shop", { depends_on: "power, gateway" });
  // The child is found first.
  trial.report("gateway", "up");
  trial.report("shop", "down");
  await trial.decide();
  trial.pass(30_000);
  trial.report("gateway", "down");
  await trial.decide();
  await trial.send();
  deepStrictEqual(trial.toldTo(), ["fired down gateway"]);
  deepStrictEqual(trial.told.get("ops")![0]!.alert.detail.children, ["shop"]);
  // The parent is back, the child is not.
  trial.pass(SPAN_MS);
  trial.report("gateway", "up");
  trial.report("shop", "down");
  await trial.decide();
  await trial.send();
  deepStrictEqual(
    trial.toldTo(),
    [
      ...["fired down gateway", "resolved down gateway", "fired down shop"],
    ].toSorted((a, b) => trial.toldTo().indexOf(a) - trial.toldTo().indexOf(b)),
  );
});

Deno.test("decide() waits no longer for a parent than one of its intervals", async () => {
  const trial = new Trial([aRule()], { groupWaitMs: 0 });
  trial.world.labels.set("shop", { depends_on: "gateway" });
  trial.report("gateway", "up");
  trial.report("shop", "down");
  await trial.decide();
  for (const [ms, expected] of [[59_000, []], [1_000, ["fired down shop"]]] as const) {
    trial.pass(ms);
    await trial.decide();
    await trial.send();
    deepStrictEqual(trial.toldTo(), expected);
  }
});

Deno.test("decide() tells sites that depend on each other in a circle", async () => {
  const trial = new Trial([aRule()], { groupWaitMs: 0 });
  for (const [site, on] of [["a", "b"], ["b", "c"], ["c", "a"]] as const) {
    trial.world.labels.set(site, { depends_on: on });
    trial.report(site, "down");
  }
  await trial.decide();
  await trial.decide();
  await trial.send();
  strictEqual(trial.toldTo().length, 3);
});

Deno.test("decide() tells what is still down when planned work or a silence ends, and never holds an end back", async () => {
  for (const kind of ["maintenance", "silence"] as const) {
    const trial = new Trial([aRule({ remindMs: MINUTE_MS })], { groupWaitMs: 0 });
    await play(trial, "blog", "d");
    trial.mute(kind, 4 * SPAN_MS);
    await play(trial, "blog", "u");
    await play(trial, "shop", "dd");
    deepStrictEqual(trial.toldTo(), ["fired down blog", "resolved down blog"]);
    const held = [...trial.store.alerts.values()].find(({ site }) => site === "shop")!;
    strictEqual(held.suppressed_by, `${kind}:work`);
    await play(trial, "shop", "dd");
    deepStrictEqual(trial.toldTo().slice(2), ["fired down shop"]);
    const { began_at } = trial.told.get("ops")!.at(-1)!.alert;
    deepStrictEqual(began_at, held.began_at);
  }
});
