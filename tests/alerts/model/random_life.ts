/** Anything that may happen to a trial, in any order: what the invariants have to survive. */
import fc from "../../support/random_runs.ts";
import type { AlertRule } from "../../../src/config/alerts.ts";
import { HOUR_MS, MINUTE_MS } from "../../../src/runtime/time_units.ts";
import { OUTCOMES } from "../../../src/report/outcome.ts";
import { aRule, type Reception, type Trial } from "./trial.ts";
import { SPAN_MS } from "./world.ts";

export const SITES = ["gateway", "shop", "blog"] as const;
export const LOCATIONS = ["a", "b", "c"] as const;
const CHANNELS = ["ops", "dev"] as const;
export const QUORUM = { count: 2, of: 3 };

/** What a configuration may become. */
const RULE_SETS: readonly (readonly AlertRule[])[] = [
  [aRule()],
  [aRule({ when: ["down", "stale"], after: { checks: 2, of: 3 }, remindMs: HOUR_MS })],
  [aRule({ channels: ["dev"] }), aRule({ name: "slow", when: ["degraded", "inconclusive"] })],
  [aRule({ name: "quorum", when: ["down", "stale"], locations: QUORUM, channels: ["ops", "dev"] })],
  [aRule({ after: { forMs: 2 * MINUTE_MS }, recoverAfter: { checks: 2, of: 2 } })],
  [aRule({ when: ["down", "location"], sites: { names: ["sh*"] }, remindMs: HOUR_MS })],
  [],
];

export type Event =
  | { readonly is: "report"; site: string; location: string; outcome: number; lateSpans: number }
  | { readonly is: "pass"; ms: number }
  | { readonly is: "decide" | "send" | "lost_decision" | "lost_claim" | "replay" }
  | { readonly is: "reception"; channel: string; reception: Reception }
  | { readonly is: "rules"; index: number }
  | { readonly is: "mute"; ms: number; kind: "maintenance" | "silence" }
  | { readonly is: "acknowledge" }
  | { readonly is: "forget"; site: string };

const site = fc.constantFrom(...SITES);

function event(parts: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Event> {
  return fc.record(parts) as fc.Arbitrary<unknown> as fc.Arbitrary<Event>;
}

export function reports(outcomes: number): fc.Arbitrary<Event> {
  return event({
    is: fc.constant("report"),
    site,
    location: fc.constantFrom(...LOCATIONS),
    outcome: fc.nat(outcomes - 1),
    lateSpans: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(5)),
  });
}

export const passing = event({
  is: fc.constant("pass"),
  ms: fc.constantFrom(1_000, 11_000, SPAN_MS, 5 * MINUTE_MS, HOUR_MS),
});

export function plain(
  ...events: ("decide" | "send" | "lost_decision" | "lost_claim" | "replay")[]
) {
  return fc.constantFrom(...events).map((is): Event => ({ is }));
}

export const anyLife: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: reports(4) },
    { weight: 5, arbitrary: passing },
    { weight: 6, arbitrary: plain("decide", "send") },
    { weight: 2, arbitrary: plain("lost_decision", "lost_claim", "replay") },
    event({
      is: fc.constant("reception" as const),
      channel: fc.constantFrom(...CHANNELS),
      reception: fc.constantFrom("takes", "fails", "cut"),
    }),
    event({
      is: fc.constant("rules" as const),
      index: fc.nat(RULE_SETS.length - 1),
    }),
    event({
      is: fc.constant("mute" as const),
      ms: fc.constantFrom(MINUTE_MS, HOUR_MS),
      kind: fc.constantFrom("maintenance", "silence"),
    }),
    fc.constant<Event>({ is: "acknowledge" }),
    event({ is: fc.constant("forget" as const), site }),
  ),
  { maxLength: 120, size: "max" },
);

export async function live(trial: Trial, event: Event): Promise<void> {
  const { world, store } = trial;
  switch (event.is) {
    case "report": {
      const { site, location, lateSpans } = event;
      const atMs = world.nowMs - lateSpans * SPAN_MS;
      return trial.report(site, OUTCOMES[event.outcome]!, { location, atMs });
    }
    case "pass":
      return trial.pass(event.ms);
    case "decide":
      return void await trial.decide();
    case "send":
      return void await trial.send();
    case "lost_decision":
      store.failing = "write";
      await trial.decide().catch(() => {});
      store.failing = undefined;
      return;
    case "lost_claim":
      // Whoever claimed it died, and nobody knows whether it was sent.
      return void await store.claim([...CHANNELS], 1_000);
    case "replay":
      for (const key of world.keys) {
        for (const check of world.checksOf(key)) {
          const reason = check.reason === null ? {} : { reason: check.reason };
          world.add({ ...key, atMs: +check.checked_at, outcome: check.outcome, ...reason });
        }
      }
      return;
    case "reception":
      return void trial.receptions.set(event.channel, event.reception);
    case "rules":
      trial.alerts = { ...trial.alerts, rules: RULE_SETS[event.index]! };
      return;
    case "mute":
      return trial.mute(event.kind, event.ms);
    case "acknowledge":
      for (const [id, alert] of store.alerts) {
        if (alert.ended_at === null) store.alerts.set(id, { ...alert, acked_at: world.now });
      }
      return;
    case "forget":
      return world.forget(event.site);
  }
}
