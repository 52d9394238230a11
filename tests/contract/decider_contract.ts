/** What is told of real reports, through any store: a decider, its store, and a receiver. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { messageText } from "../../src/alerts/message_text.ts";
import { Decider } from "../../src/alerts/decider.ts";
import { DIGEST_GROUP } from "../../src/alerts/rules/digest.ts";
import type { AlertRule } from "../../src/config/alerts.ts";
import type { Outcome } from "../../src/report/outcome.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { inParts } from "../../src/runtime/in_parts.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { AlertStore } from "../../src/status/alert_store.ts";
import { aRule } from "../alerts/model/trial.ts";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, MINUTE } from "./site_reports.ts";

/** Between the checks of a site. */
const SPAN = MINUTE;

class Pipeline implements AsyncDisposable {
  readonly #opened: OpenedStore;
  readonly alertStore: AlertStore & AsyncDisposable;
  readonly decider: Decider;
  /** Everything that was applied, to apply it again. */
  readonly reports: SiteReport[] = [];

  constructor(opened: OpenedStore, rules: readonly AlertRule[]) {
    this.#opened = opened;
    this.alertStore = closing(opened.parts.alertStore());
    this.decider = new Decider({
      store: this.alertStore,
      queries: opened.queries,
      alerts: { channels: [], rules, groupBy: [], groupWaitMs: 0, flapsMax: 100 },
      clock: systemClock,
      telemetry: { observe: () => {}, count: () => {} },
      onStore: () => {},
    });
  }

  /** Reports of a site, the last one now; a span apart. */
  async report(site: string, ...outcomes: Outcome[]): Promise<void> {
    await this.reportUntil(0, site, ...outcomes);
  }

  /** The last one so many spans ago. */
  async reportUntil(spans: number, site: string, ...outcomes: Outcome[]): Promise<void> {
    const now = systemClock.nowMicros();
    const reports = outcomes.map((outcome, index) =>
      aReport({
        site,
        outcome,
        reason: outcome === "up" ? null : "status",
        recorded_at: now - (spans + outcomes.length - 1 - index) * SPAN,
        next_check_ms: SPAN / 1_000,
        sequence: this.reports.length + index + 1,
      })
    );
    this.reports.push(...reports);
    await this.#opened.store.apply(chunk(reports));
  }

  /** One of each site, at this moment. */
  async reportAll(sites: readonly string[], outcomeOf: (index: number) => Outcome): Promise<void> {
    const recorded_at = systemClock.nowMicros();
    const reports = sites.map((site, index) => {
      const [outcome, sequence] = [outcomeOf(index), this.reports.length + index + 1];
      const reason = outcome === "up" ? null : "status";
      return aReport({
        ...{ site, outcome, reason, recorded_at, sequence },
        next_check_ms: SPAN / 1_000,
      });
    });
    this.reports.push(...reports);
    for (const part of inParts(reports, 500)) await this.#opened.store.apply(chunk(part));
  }

  async decide(): Promise<void> {
    strictEqual(await this.decider.decide(), true);
  }

  /** Takes all that is due, and says what it was. */
  async receive(): Promise<string[]> {
    const told: string[] = [];
    for (;;) {
      const [delivery] = await this.alertStore.claim(["ops"], 60_000);
      if (delivery === undefined) return told;
      told.push(
        ...delivery.messages.map(({ kind, alert }) => `${kind} ${alert.kind} ${alert.site}`),
      );
      const done = { isMaybeTold: false, error: null, retryMs: null };
      await this.alertStore.settle({ delivery, result: "delivered", ...done });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.alertStore[Symbol.asyncDispose]();
  }
}

const TWICE = { checks: 2, of: 2 };

export function deciderContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("tells of a beginning and of its end, with their true times", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule({ after: TWICE })]);
    await pipeline.report("blog", "up", "up", "down");
    await pipeline.report("shop", "up", "down", "down");
    await pipeline.decide();
    deepStrictEqual(await pipeline.receive(), ["fired down shop"]);
    await using records = closing(opened.parts.alertRecords());
    const [alert] = await records.alerts({ limit: 1 });
    const began = pipeline.reports.find(({ site, outcome }) =>
      site === "shop" && outcome === "down"
    )!;
    strictEqual(alert!.began_at.getTime(), Math.trunc(began.recorded_at / 1_000));
    await pipeline.report("shop", "up");
    await pipeline.decide();
    deepStrictEqual(await pipeline.receive(), ["resolved down shop"]);
    const { untoldBeginnings, untoldEnds, unmade } = await records.sums();
    deepStrictEqual({ untoldBeginnings, untoldEnds, unmade }, {
      ...{ untoldBeginnings: 0, untoldEnds: 0, unmade: 0 },
    });
  });

  test("tells of a storm of 2,800 of 3,230 sites in one delivery", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule()]);
    const sites = Array.from({ length: 3_230 }, (_, index) => `site-${index}`);
    await pipeline.reportAll(sites, () => "up");
    await pipeline.reportAll(sites, (index) => index < 2_800 ? "down" : "up");
    await pipeline.decide();
    const [delivery, ...others] = await pipeline.alertStore.claim(["ops"], 60_000);
    strictEqual(new Set(delivery!.messages.map(({ alert }) => alert.site)).size, 2_800);
    deepStrictEqual([others, await pipeline.alertStore.claim(["ops"], 60_000)], [[], []]);
    const { title, others: rest } = messageText(delivery!, { nowMs: Date.now() });
    match(title, /^2,800 sites are down: (site-\d+, ){2}site-\d+ and 2,797 more$/);
    match(rest!, /^And (site-\d+, ){19}site-\d+ and 2,770 more$/);
  });

  test("tells nothing of what ended before anybody could be told", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule()]);
    await pipeline.report("shop", "up", "down");
    await pipeline.decide();
    await pipeline.report("shop", "up");
    await pipeline.decide();
    deepStrictEqual(await pipeline.receive(), []);
  });

  test("tells of what began and ended unseen in a digest, once, also after a replay", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule({ after: TWICE })]);
    await pipeline.reportUntil(200, "shop", "up");
    await pipeline.decide();
    // A rule looks for what began after it: this one has looked for some hours.
    await opened.sql("UPDATE alert_rule SET started_at = (SELECT min(order_at) FROM site_report)");
    await pipeline.reportUntil(100, "shop", "down", "down", "down", "up", "down", "up");
    await pipeline.report("shop", "up");
    await pipeline.decide();
    const kinds = async () => {
      await using records = closing(opened.parts.alertRecords());
      const alerts = await records.alerts({ limit: 10 });
      const messages = await records.messages(alerts.map(({ id }) => id));
      return messages.map(({ kind, state }) => `${kind} ${state}`);
    };
    deepStrictEqual(await kinds(), ["digest pending"]);
    await opened.store.apply(chunk(pipeline.reports.toReversed()));
    await using again = new Pipeline(opened, [aRule({ after: TWICE })]);
    await pipeline.alertStore.close();
    await again.decide();
    deepStrictEqual(await kinds(), ["digest pending"]);
  });

  test("tells of what began and ended in reports that come late in a digest", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule({ after: TWICE })]);
    await pipeline.reportUntil(9, "shop", "up");
    await pipeline.decide();
    await opened.sql("UPDATE alert_rule SET started_at = (SELECT min(order_at) FROM site_report)");
    await pipeline.reportUntil(1, "shop", "up");
    await pipeline.decide();
    await pipeline.reportUntil(3, "shop", "down", "down", "up");
    await pipeline.report("shop", "up");
    // Every other look comes to a site that is alone.
    for (const _ of [1, 2]) await pipeline.decide();
    await using records = closing(opened.parts.alertRecords());
    const alerts = await records.alerts({ limit: 10 });
    deepStrictEqual(alerts.map(({ group_key }) => group_key), [DIGEST_GROUP]);
  });

  test("tells once what another process had decided that is gone", async (opened) => {
    await using first = new Pipeline(opened, [aRule()]);
    await using second = new Pipeline(opened, [aRule()]);
    await first.report("shop", "up", "down");
    await first.decide();
    await first.alertStore.close();
    await second.decide();
    deepStrictEqual(await second.receive(), ["fired down shop"]);
  });

  test("ends alerts of sites that are forgotten, and of rules that are gone", async (opened) => {
    await using pipeline = new Pipeline(opened, [aRule()]);
    await pipeline.report("shop", "up", "down");
    await pipeline.report("blog", "up", "down");
    await pipeline.decide();
    await pipeline.receive();
    await opened.maintenance.forget("shop");
    await pipeline.decide();
    deepStrictEqual(await pipeline.receive(), ["resolved down shop"]);
    await pipeline.alertStore.close();
    await using other = new Pipeline(opened, [aRule({ name: "other" })]);
    await other.decide();
    deepStrictEqual((await other.receive()).sort(), ["fired down blog", "resolved down blog"]);
  });
}
