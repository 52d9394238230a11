/** A world, a store and a receiver for each channel: decides, sends, and notes who was told what. */
import type { AlertRule, Alerts } from "../../../src/config/alerts.ts";
import { decide, decisionOf, planOf } from "../../../src/alerts/decide.ts";
import { DAY_MS } from "../../../src/runtime/time_units.ts";
import type { AlertMessage, Decision, Mute } from "../../../src/status/alert_store.ts";
import { keyOf } from "../../../src/status/queries.ts";
import { ModelAlertStore } from "./model_alert_store.ts";
import { SPAN_MS, World, type WorldReport } from "./world.ts";

/** A rule as the configuration makes it, after one check. */
export function aRule(rule: Partial<AlertRule> = {}): AlertRule {
  return {
    name: "down",
    when: ["down"],
    severity: "critical",
    after: { checks: 1, of: 1 },
    recoverAfter: { checks: 1, of: 1 },
    channels: ["ops"],
    ...rule,
  };
}

/** `cut`: it was taken, and the sender does not know. */
export type Reception = "takes" | "fails" | "cut";

export class Trial {
  readonly world = new World();
  readonly store = new ModelAlertStore(this.world);
  /** What each channel was told, in its order, repeats included. */
  readonly told = new Map<string, AlertMessage[]>();
  deliveries = 0;
  readonly receptions = new Map<string, Reception>();
  alerts: Alerts;

  constructor(rules: readonly AlertRule[] = [aRule()], alerts: Partial<Alerts> = {}) {
    this.alerts = {
      channels: [],
      rules,
      groupBy: [],
      groupWaitMs: 10_000,
      flapsMax: 1_000,
      ...alerts,
    };
  }

  pass(ms: number): void {
    this.world.nowMs += ms;
  }

  report(site: string, outcome: WorldReport["outcome"], more: Partial<WorldReport> = {}): void {
    this.world.add({ site, location: "a", atMs: this.world.nowMs, outcome, ...more });
  }

  /** Work on every site, or silence about them, from now on. */
  mute(kind: Mute["kind"], ms: number): void {
    const [from, until] = [this.world.now, new Date(this.world.nowMs + ms)];
    const who = { author: "me", reason: "work", is_configured: false, names: null, labels: null };
    this.store.mutes.push({ ...who, id: String(this.world.nowMs), kind, from, until });
  }

  async decide(): Promise<Decision> {
    const plan = planOf(this.alerts);
    const { keys } = this.world;
    const look = await this.store.look({
      sites: keys,
      checks: plan.checks,
      changed: keys,
      rules: plan.rules.map(({ key }) => key),
      endedAfter: new Date(this.world.nowMs - DAY_MS),
    });
    const recent = new Map(look.recent.map((one) => [keyOf(one), one.checks]));
    const decision = decisionOf(decide({ sites: this.world.sites(), recent, look }, plan));
    await this.store.write(decision);
    return decision;
  }

  /** One attempt for each channel that has something due. */
  async send(): Promise<number> {
    const claimed = await this.store.claim(["ops", "dev"], 30_000);
    for (const delivery of claimed) {
      const reception = this.receptions.get(delivery.channel) ?? "takes";
      if (reception !== "fails") {
        this.deliveries++;
        const told = this.told.get(delivery.channel) ?? [];
        this.told.set(delivery.channel, [...told, ...delivery.messages]);
      }
      await this.store.settle({
        delivery,
        result: reception === "takes" ? "delivered" : "failed",
        isMaybeTold: reception === "cut",
        error: reception === "takes" ? null : "it failed",
        retryMs: reception === "takes" ? null : 5_000,
      });
    }
    return claimed.length;
  }

  /** Decides and sends until nothing is left to say. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      this.pass(70_000);
      for (const { site, location } of this.world.keys) {
        const { outcome, reason } = this.world.checksOf({ site, location })[0]!;
        const again = { site, location, atMs: this.world.nowMs, outcome };
        this.world.add(reason === null ? again : { ...again, reason });
      }
      const { messages } = await this.decide();
      quiet = messages.length + await this.send() === 0 ? quiet + 1 : 0;
    }
  }

  /** `kind subject` of everything that a channel was told, once. */
  toldTo(channel = "ops"): string[] {
    const unique = new Map((this.told.get(channel) ?? []).map((one) => [one.id, one]));
    return [...unique.values()].map(({ kind, alert }) =>
      `${kind} ${alert.kind} ${alert.site ?? alert.location}`
    );
  }
}

/** Reports of a site one after the other, a span apart, with a decision after each. */
export async function play(trial: Trial, site: string, outcomes: string, location = "a") {
  const NAMES = { u: "up", d: "down", g: "degraded", i: "inconclusive" } as const;
  for (const letter of outcomes) {
    trial.pass(SPAN_MS - 11_000);
    if (letter !== ".") trial.report(site, NAMES[letter as keyof typeof NAMES], { location });
    await trial.decide();
    trial.pass(11_000);
    while (await trial.send() > 0);
  }
}
