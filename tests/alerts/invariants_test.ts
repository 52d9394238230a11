// The invariants of alerting, over random histories, clocks, losses, repeats and edits.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import { DIGEST_GROUP } from "../../src/alerts/rules/digest.ts";
import { subjectKey } from "../../src/alerts/rules/drafts.ts";
import {
  anyLife,
  type Event,
  live,
  LOCATIONS,
  passing,
  plain,
  QUORUM,
  reports,
  SITES,
} from "./model/random_life.ts";
import { aRule, Trial } from "./model/trial.ts";
import { SPAN_MS } from "./model/world.ts";

/** Each run is a life of up to 120 events, and takes some milliseconds. */
const RUNS = 100;

function freshTrial(): Trial {
  const trial = new Trial([aRule()], { flapsMax: 6 });
  trial.world.labels.set("shop", { depends_on: "gateway" });
  return trial;
}

/** All is well at last, every receiver takes what it is sent, and nothing is left to say. */
async function endWell(trial: Trial): Promise<void> {
  trial.receptions.clear();
  trial.store.mutes = [];
  trial.pass(SPAN_MS);
  // What flaps has to be calm for an hour, and to a quorum each location has to say so.
  const sites = new Set(trial.world.keys.map(({ site }) => site));
  for (let checks = 0; checks < 66; checks++) {
    trial.pass(SPAN_MS);
    for (const site of sites) {
      for (const location of LOCATIONS) trial.report(site, "up", { location });
    }
    await trial.decide();
    while (checks >= 4 && await trial.send() > 0);
  }
}

/** What each channel was told of each alert: f(ired), p (flapping), r(eminded), e(nd), d(igest). */
function storiesOf(trial: Trial): Map<string, string> {
  const LETTERS = { fired: "f", flapping: "p", reminded: "r", resolved: "e", digest: "d" };
  const stories = new Map<string, string>();
  for (const [channel, messages] of trial.told) {
    const first = new Map(messages.map((message) => [message.id, message]));
    for (const { alert, kind } of first.values()) {
      const key = `${channel} ${alert.id}`;
      stories.set(key, (stories.get(key) ?? "") + LETTERS[kind]);
    }
  }
  return stories;
}

Deno.test("whoever is told of a beginning is told of the end, once and in order, whatever happens", async () => {
  const property = fc.asyncProperty(anyLife, async (events) => {
    const trial = freshTrial();
    for (const event of events) await live(trial, event);
    await endWell(trial);
    const expired = [...trial.store.messages.values()].filter(({ state }) => state === "expired");
    const excused = new Set(
      expired.map(({ message: { channel, alert } }) => `${channel} ${alert.id}`),
    );
    for (const [key, story] of storiesOf(trial)) {
      match(story, /^(d|(?=[pf])p?f?r*p?r*e?)$/, key);
      ok(story === "d" || story.endsWith("e") || excused.has(key), `${key}: ${story}`);
    }
    const open = [...trial.store.alerts.values()].filter(({ ended_at }) => ended_at === null);
    deepStrictEqual(open, []);
    const pending = [...trial.store.messages.values()].filter(({ state }) => state === "pending");
    deepStrictEqual(pending, []);
  });
  await fc.assert(property, runs(RUNS));
});

Deno.test("alerts of one subject never overlap, and end after they began", async () => {
  const property = fc.asyncProperty(anyLife, async (events) => {
    const trial = freshTrial();
    for (const event of events) await live(trial, event);
    await endWell(trial);
    const bySubject = Map.groupBy(trial.store.alerts.values(), subjectKey);
    for (const alerts of bySubject.values()) {
      const sorted = alerts.toSorted((a, b) => +a.began_at - +b.began_at);
      sorted.forEach(({ began_at, ended_at }, index) => {
        ok(ended_at === null || began_at <= ended_at);
        const next = sorted[index + 1];
        ok(next === undefined || (ended_at !== null && ended_at < next.began_at));
      });
    }
  });
  await fc.assert(property, runs(RUNS));
});

Deno.test("deciding again, and a replay of everything, changes nothing", async () => {
  const property = fc.asyncProperty(anyLife, async (events) => {
    const trial = freshTrial();
    for (const event of events) {
      await live(trial, event);
      if (event.is !== "decide") continue;
      await live(trial, { is: "replay" });
      deepStrictEqual(await trial.decide(), { alerts: [], messages: [] });
    }
  });
  await fc.assert(property, runs(RUNS));
});

const quietLife: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: reports(3).map((it) => ({ ...it, ...isDownOrUp(it) })) },
    { weight: 3, arbitrary: passing.filter((it) => it.is === "pass" && it.ms < 3_600_000) },
    { weight: 2, arbitrary: plain("decide", "lost_decision", "send") },
  ),
  { maxLength: 150, size: "max" },
);

/** 0 is up and 2 is down in OUTCOMES. */
function isDownOrUp(event: Event): { outcome: number } {
  return { outcome: event.is === "report" && event.outcome > 0 ? 2 : 0 };
}

Deno.test("what began and ended unseen stands in a digest, and what was seen does not", async () => {
  const property = fc.asyncProperty(quietLife, async (events) => {
    const trial = freshTrial();
    trial.world.labels.clear();
    await trial.decide();
    trial.pass(10 * SPAN_MS);
    for (const event of events) await live(trial, event);
    await endWell(trial);
    const { alerts } = trial.store;
    for (const key of trial.world.keys) {
      for (const { began_at, ended_at, duration_ms } of trial.world.ended(key, new Date(0))) {
        // Two checks closer together than half a span are less than one of them.
        if (duration_ms < SPAN_MS / 2) continue;
        const isKnown = [...alerts.values()].some((alert) =>
          alert.site === key.site && alert.began_at <= ended_at! && alert.ended_at! >= began_at
        );
        ok(isKnown, `${key.site} ${key.location} ${began_at.toISOString()}`);
      }
    }
    for (const alert of alerts.values()) {
      const kinds = [...trial.store.messages.values()]
        .filter(({ message }) => message.alert.id === alert.id).map(({ message }) => message.kind);
      strictEqual(kinds.includes("digest") && kinds.length > 1, false);
    }
  });
  await fc.assert(property, runs(RUNS));
});

Deno.test("a quorum counts fresh locations alone, and never fewer than it wants", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.oneof(reports(4), passing, plain("decide")), { maxLength: 150, size: "max" }),
    async (events) => {
      const trial = new Trial([aRule({ locations: QUORUM })]);
      for (const event of events) {
        if (event.is !== "decide") {
          await live(trial, event);
          continue;
        }
        const known = new Set(trial.store.alerts.keys());
        const { alerts } = await trial.decide();
        for (const { id, site, kind, end, group_key } of alerts) {
          if (group_key === DIGEST_GROUP) continue;
          const fresh = trial.world.sites().get(site!)!.filter(({ stale }) => !stale);
          if (kind !== "down") {
            strictEqual(fresh.length < QUORUM.of, end === null);
            continue;
          }
          const down = fresh.map((status) =>
            trial.world.checksOf(status).find(({ outcome }) =>
              outcome !== "inconclusive"
            )?.outcome
          ).filter((outcome) => outcome === "down").length;
          const isNew = !known.has(id);
          if (!isNew && end === null) continue;
          ok(fresh.length >= QUORUM.of);
          strictEqual(down >= QUORUM.count, isNew, `${down} of ${fresh.length}`);
        }
      }
    },
  );
  await fc.assert(property, runs(RUNS));
  strictEqual(SITES.length, 3);
});
