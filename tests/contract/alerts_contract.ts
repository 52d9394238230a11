/** What every store promises of alerts and their messages. */
import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { plannedWindows } from "../../src/alerts/planned_windows.ts";
import { NEXT_CHECK_MS_MAX } from "../../src/report/bounds.ts";
import {
  type AlertStore,
  type Delivery,
  DELIVERY_MESSAGES_MAX,
  LEAD_MS,
  type MessageSums,
  MUTES_ADDED_MAX,
  MUTES_MAX,
  RECENT_CHECKS_MAX,
  RULES_MAX,
} from "../../src/status/alert_store.ts";
import { SITES_AT_ONCE } from "../../src/status/sql/alerts/look.ts";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, HOUR, MINUTE } from "./site_reports.ts";
import {
  aMessage,
  aMute,
  anAlert,
  attempt,
  decision,
  delivered,
  drain,
  ended,
  ending,
  firing,
  idOf,
} from "./some_alerts.ts";

const LEASE_MS = 60_000;
/** A lease that has expired when it is given. */
const LAPSED_MS = -1_000;
const HOUR_MS = 3_600_000;

const DAY_MINUTES = 24 * 60;
const SHOP = { site: "shop", location: "default" };

const kindsOf = (told: readonly Delivery[]) =>
  told.map(({ messages }) => messages.map(({ kind }) => kind));

/** A store that leads, and what people see. */
async function leading({ parts }: OpenedStore) {
  const store = closing(parts.alertStore());
  ok(await store.lead());
  const records = closing(parts.alertRecords());
  /** Kind and state of each message of an alert. */
  const states = async (id = idOf(1)) =>
    (await records.messages([id])).map(({ kind, state }) => `${kind} ${state}`);
  const take = async (leaseMs = LEASE_MS) => (await store.claim(["ops"], leaseMs))[0]!;
  const close = async () => {
    await store.close();
    await records.close();
  };
  return { store, records, states, take, [Symbol.asyncDispose]: close };
}

const SUMS: MessageSums = {
  messages: 0,
  states: { pending: 0, delivered: 0, superseded: 0, suppressed: 0, expired: 0 },
  unmade: 0,
  untoldEnds: 0,
  untoldBeginnings: 0,
};

type Step = (it: Awaited<ReturnType<typeof leading>>) => Promise<unknown>;

/** What became of a beginning before its alert ended; whether its end is told then. */
const BEGINNINGS: readonly [what: string, step: Step, states: readonly string[]][] = [
  ["was never claimed", () => Promise.resolve(), ["fired superseded", "resolved superseded"]],
  ["is being sent", ({ take }) => take(), ["fired pending", "resolved pending"]],
  [
    "was claimed by somebody who said nothing",
    ({ take }) => take(LAPSED_MS),
    ["fired pending", "resolved pending"],
  ],
  [
    "could not be sent",
    async ({ store, take }) => await store.settle(attempt(await take())),
    ["fired superseded", "resolved superseded"],
  ],
  [
    "was cut off, and told perhaps",
    async ({ store, take }) => await store.settle(attempt(await take(), { isMaybeTold: true })),
    ["fired pending", "resolved pending"],
  ],
  [
    "was told perhaps, before it could not be sent",
    async ({ store, take }) => {
      await store.settle(attempt(await take(), { isMaybeTold: true }));
      await store.settle(attempt(await take()));
    },
    ["fired pending", "resolved pending"],
  ],
  [
    "was claimed by somebody who said nothing, before it could not be sent",
    async ({ store, take }) => {
      await take(LAPSED_MS);
      await store.settle(attempt(await take()));
    },
    ["fired pending", "resolved pending"],
  ],
  [
    "was delivered",
    async ({ store, take }) => await store.settle(delivered(await take())),
    ["fired delivered", "resolved pending"],
  ],
];

/** Registers the tests of the contract for one kind of store. */
export function alertsContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);
  leadTests(test);
  lookTests(test);
  writeTests(test);
  claimTests(test);
  settleTests(test);
  recordTests(test);
}

type Test = ReturnType<typeof onStore>;

function leadTests(test: Test): void {
  test("write() rejects, when another leads, and writes nothing", async (opened) => {
    await using it = await leading(opened);
    await using other = closing(opened.parts.alertStore());
    await rejects(() => other.write(firing(anAlert(1))), { name: "StoreUnavailableError" });
    deepStrictEqual(await it.records.alerts({ limit: 9 }), []);
    await it.store.write(firing(anAlert(1)));
  });

  test("lead() takes over at once, when the leader closes", async ({ parts }) => {
    const first = parts.alertStore();
    ok(await first.lead());
    await first.close();
    await using second = closing(parts.alertStore());
    ok(await second.lead());
    await second.write(firing(anAlert(1)));
    await rejects(() => first.write(firing(anAlert(2))), { name: "StoreUnavailableError" });
    await first.close();
  });
}

const NEVER = new Date(Date.UTC(2100, 0));
const NOTHING = { sites: [], checks: 1, changed: [], rules: [], endedAfter: NEVER };

function lookTests(test: Test): void {
  test("look() knows since when it looks for each rule", async (opened) => {
    await using it = await leading(opened);
    const long = "x".repeat(100_000);
    const first = await it.store.look({ ...NOTHING, rules: ["down", long] });
    for (const time of [first.now, first.started.down!, first.started[long]!]) {
      ok(Math.abs(time.getTime() - Date.now()) < LEAD_MS);
    }
    await using other = closing(opened.parts.alertStore());
    const { started } = await other.look({ ...NOTHING, rules: ["slow", "down"] });
    deepStrictEqual(started.down, first.started.down);
    deepStrictEqual(Object.keys(started).sort(), ["down", "slow"]);
    ok(started.slow! >= started.down!);
  });

  test("look() remembers the newest rules, and those that it looks for", async (opened) => {
    await using it = await leading(opened);
    const options = { sites: [], checks: 1, changed: [], endedAfter: new Date() };
    const names = Array.from({ length: RULES_MAX }, (_, index) => `rule ${index}`);
    await it.store.look({ ...options, rules: ["old", "kept"] });
    const { started: first } = await it.store.look({ ...options, rules: ["kept"] });
    const { started } = await it.store.look({ ...options, rules: [...names, "kept"] });
    deepStrictEqual([Object.keys(started).length, started.kept], [RULES_MAX + 1, first.kept]);
    await using other = closing(opened.parts.alertStore());
    const now = Date.now();
    const again = await other.look({ ...options, rules: ["old"] });
    ok(again.started.old! >= new Date(now - LEAD_MS) && again.started.old! > first.kept!);
  });

  test("look() returns open alerts as they were written, and those that ended", async (opened) => {
    await using it = await leading(opened);
    const [open, over] = [anAlert(1), anAlert(2)];
    const silent = anAlert(3, { kind: "location", site: null, location: "oslo" });
    await it.store.write(firing(open, over, silent));
    await it.store.write(ending(over));
    const endedAt = ended(over).ended_at!.getTime();
    const after = async (ms: number) =>
      (await it.store.look({ ...NOTHING, endedAfter: new Date(ms) })).alerts
        .toSorted((a, b) => a.id < b.id ? -1 : 1);
    deepStrictEqual(await after(endedAt), [open, silent]);
    deepStrictEqual(await after(endedAt - 1), [open, ended(over), silent]);
  });

  test("look() returns the mutes that last now, or lasted lately", async (opened) => {
    await using it = await leading(opened);
    const now = Date.now();
    const lasting = aMute("lasting", { labels: { team: "shop" }, names: null });
    await it.records.putMute(lasting);
    const over = aMute("over", { until: new Date(now - 500) });
    await it.records.putMute(over);
    await it.records.putMute(aMute("to come", { from: new Date(now + HOUR_MS / 2) }));
    deepStrictEqual((await it.store.look(NOTHING)).mutes, [lasting]);
    const endedAfter = new Date(now - 501);
    deepStrictEqual((await it.store.look({ ...NOTHING, endedAfter })).mutes, [over, lasting]);
  });

  test("look() returns the newest checks of a site", async (opened) => {
    await using it = await leading(opened);
    const now = Date.now() * 1_000;
    const down = { outcome: "down", reason: "status", next_check_ms: 60_000 } as const;
    const reports = [0, 1, 2, 3].map((minutes, index) =>
      aReport({ ...down, sequence: index + 1, recorded_at: now - minutes * MINUTE })
    );
    const oslo = aReport({ location: "oslo", sequence: 9, recorded_at: now, next_check_ms: null });
    await opened.store.apply(chunk([...reports, oslo]));
    const minutes = async (checks: number, site = SHOP) => {
      const sites = [site, { site: "nobody", location: "default" }];
      const { recent } = await it.store.look({ ...NOTHING, sites, checks });
      return recent.map((one) => [
        one.location,
        ...one.checks.map(({ outcome, reason, checked_at }) =>
          `${outcome} ${reason} ${Math.round((now / 1_000 - checked_at.getTime()) / 60_000)}`
        ),
      ]);
    };
    const downs = (...ages: number[]) => ages.map((age) => `down status ${age}`);
    deepStrictEqual(await minutes(3), [["default", ...downs(0, 1, 2)]]);
    deepStrictEqual(await minutes(1), [["default", ...downs(0)]]);
    deepStrictEqual(await minutes(2, { ...SHOP, location: "oslo" }), [["oslo", "up null 0"]]);
    await opened.maintenance.forget("shop");
    deepStrictEqual(await minutes(3), []);
    const later = { ...down, sequence: 10, recorded_at: Date.now() * 1_000 + MINUTE };
    await opened.store.apply(chunk([aReport(later)]));
    deepStrictEqual(await minutes(3), [["default", ...downs(-1)]]);
  });

  test("look() takes no check for confirmation that is too old for it", async (opened) => {
    await using it = await leading(opened);
    const now = Date.now() * 1_000;
    const spans = [0, DAY_MINUTES + 5, DAY_MINUTES + 7];
    const reports = spans.map((minutes, index) =>
      aReport({ sequence: index + 1, recorded_at: now - minutes * MINUTE, next_check_ms: 60_000 })
    );
    await opened.store.apply(chunk(reports));
    // Three checks may take a day and six minutes, four of them two minutes more.
    for (const [checks, count] of [[1, 1], [2, 1], [3, 2], [4, 3]] as const) {
      const { recent } = await it.store.look({ ...NOTHING, sites: [SHOP], checks });
      strictEqual(recent[0]!.checks.length, count);
    }
  });

  test("look() returns the checks of a site that is checked as seldom as a report may say", async (opened) => {
    await using it = await leading(opened);
    const seldom = { next_check_ms: NEXT_CHECK_MS_MAX, recorded_at: Date.now() * 1_000 };
    await opened.store.apply(chunk([aReport(seldom)]));
    const asked = { ...NOTHING, sites: [SHOP], checks: RECENT_CHECKS_MAX };
    strictEqual((await it.store.look(asked)).recent[0]!.checks.length, 1);
  });

  test("look() returns the incidents of changed sites that ended lately", async (opened) => {
    await using it = await leading(opened);
    const start = Date.now() * 1_000 - HOUR;
    const past = ["up", "down", "up", "degraded", "down", "up", "down"] as const;
    const reports = ["shop", "blog"].flatMap((site, place) =>
      past.map((outcome, index) =>
        aReport({
          site,
          outcome,
          reason: outcome === "up" ? null : "status",
          sequence: 100 * place + index + 1,
          recorded_at: start + index * MINUTE,
          next_check_ms: 60_000,
        })
      )
    );
    await opened.store.apply(chunk(reports));
    const incidents = async (endedAfter: number, changed = [SHOP]) => {
      const { ended } = await it.store.look({
        ...NOTHING,
        changed,
        endedAfter: new Date(endedAfter),
      });
      return ended.map(({ site, began_at, ended_at, outcome, duration_ms }) => {
        const minute = (time: Date) => Math.round((time.getTime() - start / 1_000) / 60_000);
        return [site, minute(began_at), minute(ended_at!), outcome, duration_ms / 60_000];
      });
    };
    const all = [["shop", 3, 5, "down", 2], ["shop", 1, 2, "down", 1]];
    const ms = (minutes: number) => Math.floor(start / 1_000) + minutes * 60_000;
    deepStrictEqual(await incidents(ms(0)), all);
    deepStrictEqual(await incidents(ms(2) + 1), all.slice(0, 1));
    deepStrictEqual(await incidents(ms(5) + 1), []);
    deepStrictEqual(await incidents(ms(0), []), []);
  });

  test("look() asks about any number of sites", async (opened) => {
    await using it = await leading(opened);
    const at = Date.now() * 1_000;
    const reports = ["first", "last"].map((site, index) =>
      aReport({ site, sequence: index + 1, recorded_at: at })
    );
    await opened.store.apply(chunk(reports));
    const others = Array.from({ length: SITES_AT_ONCE - 1 }, (_, index) => `site-${index}`);
    const sites = ["first", ...others, "last"].map((site) => ({ site, location: "default" }));
    const { recent } = await it.store.look({ ...NOTHING, sites, changed: sites });
    deepStrictEqual(recent.map(({ site }) => site), ["first", "last"]);
  });

  test("look() refuses more checks than its limit", async (opened) => {
    await using it = await leading(opened);
    await it.store.look({ ...NOTHING, checks: RECENT_CHECKS_MAX });
    await rejects(() => it.store.look({ ...NOTHING, checks: RECENT_CHECKS_MAX + 1 }), RangeError);
  });
}

function writeTests(test: Test): void {
  test("write() leaves what people acknowledged, and what has ended", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    const [acked] = await it.records.acknowledge(alert.id, "eve", "on it");
    const changed = { ...alert, severity: "warning", reminders: 1, reminded_at: alert.fired_at };
    await it.store.write(decision({ alerts: [changed] }));
    const { acked_at, acked_by, ack_reason } = acked!;
    const people = { acked_at, acked_by, ack_reason };
    deepStrictEqual(await it.records.alerts({ limit: 9 }), [{ ...changed, ...people }]);
    const over = ended(changed);
    await it.store.write(decision({ alerts: [over] }));
    await it.store.write(decision({ alerts: [alert] }));
    deepStrictEqual(await it.records.alerts({ limit: 9 }), [{ ...over, ...people }]);
  });

  test("write() adds nothing, when it is repeated", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    const seen = ended(anAlert(2));
    const both = [
      firing(alert),
      decision({ alerts: [seen], messages: [aMessage(seen, "digest")] }),
    ];
    for (const change of [...both, ...both]) await it.store.write(change);
    await drain(it.store);
    for (const change of [...both, ending(alert), ending(alert)]) await it.store.write(change);
    await drain(it.store);
    for (const change of [...both, ending(alert)]) await it.store.write(change);
    deepStrictEqual(await it.states(idOf(1)), ["fired delivered", "resolved delivered"]);
    deepStrictEqual(await it.states(idOf(2)), ["digest delivered"]);
  });

  for (const [what, step, states] of BEGINNINGS) {
    test(`write() ends an alert whose beginning ${what}`, async (opened) => {
      await using it = await leading(opened);
      const alert = anAlert(1);
      await it.store.write(firing(alert));
      await step(it);
      await it.store.write(ending(alert));
      deepStrictEqual(await it.states(), states);
      const { untoldEnds, untoldBeginnings } = await it.records.sums();
      deepStrictEqual([untoldEnds, untoldBeginnings], [0, 0]);
    });
  }

  test("write() tells each channel of an end that was told of the beginning", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1, { channels: ["ops", "pager"] });
    await it.store.write(firing(alert));
    await drain(it.store, ["ops"]);
    await it.store.write(ending(alert));
    deepStrictEqual(kindsOf(await drain(it.store, ["ops", "pager"])), [["resolved"]]);
  });

  test("write() supersedes reminders that nobody was told of", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    await drain(it.store);
    for (const count of [1, 2, 3]) {
      const messages = [aMessage(alert, "reminded", { count })];
      await it.store.write(decision({ alerts: [alert], messages }));
    }
    const superseded = ["reminded superseded", "reminded superseded"];
    deepStrictEqual(await it.states(), ["fired delivered", ...superseded, "reminded pending"]);
    await it.store.write(ending(alert));
    deepStrictEqual((await it.states()).slice(3), ["reminded superseded", "resolved pending"]);
  });

  test("write() suppresses what nobody was told of, and tells it after all", async (opened) => {
    await using it = await leading(opened);
    const [alert, told] = [anAlert(1), anAlert(2, { group_key: "other" })];
    await it.store.write(firing(told));
    const delivery = await it.take();
    await it.store.write(firing(alert));
    const silenced = [alert, told].map((one) => ({ ...one, suppressed_by: "silence:a" as const }));
    await it.store.write(decision({ alerts: silenced }));
    deepStrictEqual(await it.states(), ["fired suppressed"]);
    deepStrictEqual(await it.states(told.id), ["fired pending"]);
    await it.store.settle(delivered(delivery));
    deepStrictEqual(await drain(it.store), []);
    await it.store.write(firing(alert));
    deepStrictEqual(kindsOf(await drain(it.store)), [["fired"]]);
  });

  test("write() suppresses nothing of a delivery, whose id would lead alone", async (opened) => {
    await using it = await leading(opened);
    const alerts = [anAlert(1), anAlert(2)];
    await it.store.write(firing(...alerts));
    await it.store.settle(attempt(await it.take()));
    const silenced = { ...alerts[0]!, suppressed_by: "silence:a" as const };
    await it.store.write(decision({ alerts: [silenced] }));
    deepStrictEqual(await it.states(), ["fired pending"]);
    deepStrictEqual(kindsOf(await drain(it.store)), [["fired", "fired"]]);
  });

  test("write() supersedes an end whose beginning was suppressed", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    const silenced = { ...alert, suppressed_by: "maintenance:a" as const };
    await it.store.write(decision({ alerts: [silenced] }));
    await it.store.write(ending(silenced));
    deepStrictEqual(await it.states(), ["fired suppressed", "resolved superseded"]);
  });

  test("write() rejects a message without its alert, and writes nothing", async (opened) => {
    await using it = await leading(opened);
    const [alert, other] = [anAlert(1), anAlert(2)];
    const messages = [aMessage(alert), aMessage(other)];
    await rejects(() => it.store.write(decision({ alerts: [alert], messages })), {
      name: "RowRejectedError",
    });
    deepStrictEqual(await it.records.alerts({ limit: 9 }), []);
    await it.store.write(firing(alert));
  });
}

function claimTests(test: Test): void {
  test("claim() gives the messages of an alert one after the other", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    const first = await it.take();
    const messages = [aMessage(alert, "reminded")];
    await it.store.write(decision({ alerts: [alert], messages }));
    await it.store.write(ending(alert));
    deepStrictEqual(await it.store.claim(["ops"], LEASE_MS), []);
    await it.store.settle(delivered(first));
    deepStrictEqual(kindsOf(await drain(it.store)), [["resolved"]]);
  });

  test("claim() returns the alert as it was decided", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    const change = firing(alert);
    await it.store.write(change);
    await it.store.write(decision({ alerts: [{ ...alert, severity: "info" }] }));
    const { id, channel, messages, attempt } = await it.take();
    deepStrictEqual(messages, change.messages);
    deepStrictEqual([id, channel, attempt], [messages[0]!.id, "ops", 1]);
  });

  test("claim() sends all of a group together, once one is due", async (opened) => {
    await using it = await leading(opened);
    const later = { due_at: new Date(Date.now() + HOUR_MS) };
    const alerts = [1, 2, 3].map((number) => anAlert(number));
    const other = anAlert(4, { group_key: "other" });
    const waiting = [...alerts, other].map((alert) => aMessage(alert, "fired", later));
    await it.store.write(decision({ alerts: [...alerts, other], messages: waiting }));
    deepStrictEqual(await it.store.claim(["ops"], LEASE_MS), []);
    await it.store.write(firing(anAlert(5)));
    const told = (await drain(it.store)).map(({ messages }) =>
      messages.map(({ alert }) => alert.id)
    );
    deepStrictEqual(told, [[1, 2, 3, 5].map(idOf)]);
  });

  test("claim() takes the same messages under the same id, attempt by attempt", async (opened) => {
    await using it = await leading(opened);
    await it.store.write(firing(anAlert(1), anAlert(2)));
    const first = await it.take();
    await it.store.write(firing(anAlert(3)));
    await it.store.settle(attempt(first, { isMaybeTold: true }));
    const second = await it.take(LAPSED_MS);
    const third = await it.take();
    deepStrictEqual([second, third], [{ ...first, attempt: 2 }, { ...first, attempt: 3 }]);
    await it.store.settle(delivered(third));
    const rest = await it.take();
    notStrictEqual(rest.id, first.id);
    deepStrictEqual(rest.messages.map(({ alert }) => alert.id), [idOf(3)]);
  });

  test("claim() takes at most its limit, and the rest next", async (opened) => {
    await using it = await leading(opened);
    const alerts = Array.from({ length: DELIVERY_MESSAGES_MAX + 1 }, (_, index) => anAlert(index));
    await it.store.write(firing(...alerts));
    const told = (await drain(it.store)).map(({ messages }) => messages);
    deepStrictEqual(told.map(({ length }) => length), [DELIVERY_MESSAGES_MAX, 1]);
    deepStrictEqual(told.flat().map(({ alert }) => alert.id), alerts.map(({ id }) => id));
  });

  test("claim() takes no more than the limit of a channel", async (opened) => {
    await using it = await leading(opened);
    await it.store.write(firing(anAlert(1), anAlert(2), anAlert(3)));
    const claimed = await it.store.claim(["ops"], LEASE_MS, { limits: new Map([["ops", 2]]) });
    deepStrictEqual(claimed.map(({ messages }) => messages.length), [2]);
    await it.store.settle({ ...delivered(claimed[0]!), retryMs: HOUR_MS });
    deepStrictEqual(await it.store.claim(["ops"], LEASE_MS), []);
    const [channel] = await it.records.channels();
    strictEqual(channel!.failures, 0);
    ok(Math.abs(channel!.retry_at!.getTime() - Date.now() - HOUR_MS) < LEAD_MS);
  });

  test("claim() beside write() leaves no end untold, whichever comes first", async (opened) => {
    await using it = await leading(opened);
    await using other = closing(opened.parts.alertStore());
    for (let number = 1; number <= 30; number++) {
      const alert = anAlert(number);
      await it.store.write(firing(alert));
      const [claimed] = await Promise.all([
        other.claim(["ops"], LEASE_MS),
        it.store.write(ending(alert)),
      ]);
      const end = claimed.length > 0 ? "pending" : "superseded";
      deepStrictEqual(await it.states(alert.id), [`fired ${end}`, `resolved ${end}`]);
      for (const delivery of claimed) await other.settle(delivered(delivery));
      await drain(other);
    }
    strictEqual((await it.records.sums()).untoldEnds, 0);
  });

  test("claim() gives nobody what another has leased", async (opened) => {
    await using it = await leading(opened);
    await using other = closing(opened.parts.alertStore());
    const alerts = Array.from(
      { length: 40 },
      (_, index) => anAlert(index, { group_key: `${index % 8}`, channels: ["ops", "pager"] }),
    );
    await it.store.write(firing(...alerts));
    const claimAll = async (store: AlertStore) => {
      const told: string[] = [];
      for (let tries = 0; tries < 20; tries++) {
        const deliveries = await store.claim(["ops", "pager"], LEASE_MS);
        told.push(...deliveries.flatMap(({ messages }) => messages.map(({ id }) => id)));
      }
      return told;
    };
    const told = (await Promise.all([claimAll(it.store), claimAll(other)])).flat();
    deepStrictEqual([told.length, new Set(told).size], [80, 80]);
  });

  test("claim() leaves a channel alone until it is tried again", async (opened) => {
    await using it = await leading(opened);
    await it.store.write(firing(anAlert(1, { channels: ["ops", "pager"] })));
    const refused = attempt(await it.take(), { result: "refused", error: "403", retryMs: HOUR_MS });
    await it.store.settle(refused);
    const claimed = await it.store.claim(["ops", "pager", "nobody"], LEASE_MS);
    deepStrictEqual(claimed.map(({ channel }) => channel), ["pager"]);
    await it.store.settle(attempt(refused.delivery));
    deepStrictEqual((await it.take()).attempt, 2);
  });

  test("look() starts rules again that the store has lost", async (opened) => {
    await using it = await leading(opened);
    const options = { ...NOTHING, rules: ["down"] };
    ok((await it.store.look(options)).started.down);
    await opened.sql("DELETE FROM alert_rule");
    strictEqual((await it.store.look(options)).started.down, undefined);
    ok((await it.store.look(options)).started.down);
  });

  test("claim() lets a channel that refused wait no longer, when it is untried", async (opened) => {
    await using it = await leading(opened);
    await it.store.write(firing(anAlert(1, { channels: ["ops", "pager"] })));
    const claimed = await it.store.claim(["ops", "pager"], LEASE_MS);
    // One refuses, and one is only away.
    const results = { ops: "refused", pager: "failed" } as const;
    for (const delivery of claimed) {
      const result = results[delivery.channel as "ops"];
      await it.store.settle(attempt(delivery, { result, retryMs: HOUR_MS }));
    }
    const take = async (untried: string[]) =>
      (await it.store.claim(["ops", "pager"], LEASE_MS, { untried })).map(({ channel }) => channel);
    deepStrictEqual(await take([]), []);
    deepStrictEqual(await take(["ops", "pager"]), ["ops"]);
  });

  test("claim() ends what is older than a day, at any channel", async (opened) => {
    await using it = await leading(opened);
    const day = 24 * HOUR_MS;
    const ages = [day + 60_000, day - 60_000];
    const alerts = ages.map((_, index) => anAlert(index + 1));
    const messages = alerts.map((alert, index) => {
      const created_at = new Date(Date.now() - ages[index]!);
      return aMessage(alert, "fired", { channel: "gone", created_at });
    });
    await it.store.write(decision({ alerts, messages }));
    await it.store.claim([], LEASE_MS);
    deepStrictEqual(await it.states(idOf(1)), ["fired expired"]);
    deepStrictEqual(await it.states(idOf(2)), ["fired pending"]);
    await it.store.write(ending(...alerts));
    deepStrictEqual(await it.states(idOf(1)), ["fired expired", "resolved superseded"]);
  });

  for (
    const [what, leaseMs, states] of [
      ["is being sent", LEASE_MS, ["fired pending", "resolved pending"]],
      ["was sent perhaps", LAPSED_MS, ["fired expired", "resolved pending"]],
    ] as const
  ) {
    test(`claim() keeps the end of what grew old and ${what}`, async (opened) => {
      await using it = await leading(opened);
      const alert = anAlert(1, { began_at: new Date(Date.now() - 25 * HOUR_MS) });
      await it.store.write(firing(alert));
      const delivery = await it.take(leaseMs);
      await opened.sql("UPDATE alert_message SET created_at = (SELECT began_at FROM alert)");
      await it.store.claim([], LEASE_MS);
      await it.store.write(ending(alert));
      deepStrictEqual(await it.states(), states);
      await it.store.settle(delivered(delivery));
      deepStrictEqual(await it.states(), ["fired delivered", "resolved pending"]);
    });
  }
}

function settleTests(test: Test): void {
  test("settle() notes what was leased away meanwhile", async (opened) => {
    await using it = await leading(opened);
    await it.store.write(firing(anAlert(1)));
    const late = await it.take(LAPSED_MS);
    const current = await it.take();
    await it.store.settle(attempt(late));
    deepStrictEqual(await it.store.claim(["ops"], LEASE_MS), []);
    await it.store.settle(delivered(late));
    deepStrictEqual(await it.states(), ["fired delivered"]);
    await it.store.settle(attempt(current));
    deepStrictEqual(await it.states(), ["fired delivered"]);
  });

  test("settle() supersedes what has ended and told nobody", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    const delivery = await it.take();
    await it.store.write(ending(alert));
    await it.store.settle(attempt(delivery));
    deepStrictEqual(await it.states(), ["fired superseded", "resolved superseded"]);
  });

  test("settle() keeps how a channel fares", async (opened) => {
    await using it = await leading(opened);
    const channel = async () => (await it.records.channels())[0]!;
    const change = firing(anAlert(1));
    await it.store.write(change);
    const fresh = { failures: 0, retry_at: null, parked_at: null, error: null, delivered_at: null };
    const waiting = { pending: 1, oldest_at: change.messages[0]!.created_at };
    deepStrictEqual(await channel(), { channel: "ops", ...fresh, ...waiting });
    await it.store.settle(attempt(await it.take()));
    const failed = { channel: "ops", ...fresh, ...waiting, error: "connection refused" };
    deepStrictEqual(await channel(), { ...failed, failures: 1 });
    const refused = { result: "refused", error: "403" } as const;
    await it.store.settle(attempt(await it.take(), refused));
    const { parked_at } = await channel();
    ok(Math.abs(parked_at!.getTime() - Date.now()) < LEAD_MS);
    await it.store.settle(attempt(await it.take(), refused));
    const parked = { ...failed, error: "403", failures: 3, parked_at };
    deepStrictEqual(await channel(), parked);
    await it.store.settle(delivered(await it.take()));
    const { delivered_at } = await channel();
    ok(delivered_at !== null);
    const idle = { channel: "ops", ...fresh, delivered_at, pending: 0, oldest_at: null };
    deepStrictEqual(await channel(), idle);
  });
}

function recordTests(test: Test): void {
  test("alerts() selects, the newest first", async (opened) => {
    await using it = await leading(opened);
    const at = Date.now();
    const alerts = [3, 2, 1].map((minutes, index) =>
      anAlert(index + 1, { began_at: new Date(at - minutes * 60_000) })
    );
    await it.store.write(firing(...alerts));
    await it.store.write(ending(alerts[1]!));
    const { ended_at } = ended(alerts[1]!);
    const select = async (filter: object) =>
      (await it.records.alerts({ limit: 9, ...filter })).map(({ id }) => Number(id.slice(-3)));
    deepStrictEqual(await select({}), [3, 2, 1]);
    deepStrictEqual(await select({ limit: 2 }), [3, 2]);
    deepStrictEqual(await select({ isOpen: true }), [3, 1]);
    deepStrictEqual(await select({ isOpen: false }), [2]);
    deepStrictEqual(await select({ site: "shop-2" }), [2]);
    deepStrictEqual(await select({ since: ended_at }), [3, 2, 1]);
    deepStrictEqual(await select({ since: new Date(ended_at!.getTime() + 1) }), [3, 1]);
    const same = anAlert(4, { began_at: alerts[2]!.began_at });
    await it.store.write(firing(same));
    deepStrictEqual(await select({ after: alerts[2]! }), [4, 2, 1]);
    deepStrictEqual(await select({ after: same, limit: 1 }), [2]);
    deepStrictEqual(await select({ after: alerts[1]!, isOpen: true }), [1]);
    deepStrictEqual(await select({ after: alerts[0]! }), []);
  });

  test("acknowledge() takes an alert, while it is open", async (opened) => {
    await using it = await leading(opened);
    const alerts = [anAlert(1), anAlert(2)];
    await it.store.write(firing(...alerts));
    await it.store.write(ending(alerts[1]!));
    const acknowledge = async (target: string) =>
      (await it.records.acknowledge(target, "eve", "on it")).map(({ id, acked_by, ack_reason }) =>
        `${Number(id.slice(-3))} ${acked_by}: ${ack_reason}`
      );
    deepStrictEqual(await acknowledge(idOf(1)), ["1 eve: on it"]);
    deepStrictEqual(await acknowledge(idOf(2)), []);
    deepStrictEqual(await acknowledge(idOf(3)), []);
    deepStrictEqual(await acknowledge("nobody"), []);
    deepStrictEqual(await it.records.messages(["nobody"]), []);
  });

  test("putPlan() replaces configured windows, but for what has passed", async (opened) => {
    await using it = await leading(opened);
    const now = Date.now();
    const window = (id: string, from: number, until: number) =>
      aMute(id, {
        kind: "maintenance",
        from: new Date(now + from * HOUR_MS),
        until: new Date(now + until * HOUR_MS),
        is_configured: true,
      });
    const past = window("past", -3, -2);
    const lasting = window("lasting", -1, 1);
    const [gone, kept] = [window("gone", 2, 3), window("kept", 2, 3)];
    await it.records.putMute(aMute("by hand"));
    await it.records.putPlan([past, lasting, gone, kept]);
    const moved = window("kept", 4, 5);
    await it.records.putPlan([{ ...past, reason: "forged" }, moved]);
    const mutes = await it.records.mutes(new Date(now - 9 * HOUR_MS));
    deepStrictEqual(mutes.map(({ id }) => id), ["past", "lasting", "by hand", "kept"]);
    deepStrictEqual([mutes[0], mutes[3]], [past, moved]);
    ok(Math.abs(mutes[1]!.until.getTime() - now) < LEAD_MS);
    const since = async (time: Date) => (await it.records.mutes(time)).map(({ id }) => id);
    deepStrictEqual(await since(past.until), ["lasting", "by hand", "kept"]);
  });

  test("putPlan() takes what is planned for the day when the clock is set forward", async (opened) => {
    await using it = await leading(opened);
    const at = { cron: "0 2,3 * * *", durationMs: HOUR_MS, zone: "Europe/Berlin" };
    const windows = plannedWindows([{ name: "backup", at }], new Date("2099-03-20T12:00:00Z"));
    await it.records.putPlan(windows);
    const mutes = await it.records.mutes(new Date());
    deepStrictEqual(mutes, windows);
  });

  test("putMute() adds none to so many, changes those, and adds what is over", async (opened) => {
    await using it = await leading(opened);
    const { records } = it;
    const ids = Array.from({ length: MUTES_ADDED_MAX - 1 }, (_, index) => `${index}`);
    await records.putPlan(ids.map((id) => aMute(id)));
    await records.putMute(aMute("configured", { is_configured: true }));
    const now = new Date();
    const over = { from: new Date(now.getTime() - HOUR_MS), until: now };
    const put = async (id: string, more = {}) => await records.putMute(aMute(id, more));
    deepStrictEqual([await put("last"), await put("more"), await put("past", over)], [
      ...[true, false, true],
    ]);
    deepStrictEqual([await put("last", over), await put("more")], [true, true]);
  });

  test("mutes() returns the earliest, of more than its limit", async (opened) => {
    await using it = await leading(opened);
    const from = (index: number) => new Date(Date.now() + HOUR_MS + index * 1_000);
    const until = from(2 * MUTES_MAX);
    await it.records.putPlan(
      Array.from(
        { length: MUTES_MAX + 1 },
        (_, index) => aMute(`${index}`, { from: from(index), until, is_configured: true }),
      ),
    );
    const mutes = await it.records.mutes(new Date());
    deepStrictEqual([mutes.length, mutes.at(-1)!.id], [MUTES_MAX, `${MUTES_MAX - 1}`]);
  });

  test("purge() deletes alerts that ended long ago, with their messages", async (opened) => {
    await using it = await leading(opened);
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * HOUR_MS);
    const alerts = [402, 398].map((days, index) => anAlert(index + 1, { began_at: daysAgo(days) }));
    const open = anAlert(3, { began_at: daysAgo(500) });
    await it.store.write(firing(...alerts, open));
    await it.store.write(ending(...alerts));
    for (const days of [402, 398]) {
      const [from, until] = [daysAgo(500), daysAgo(days)];
      await it.records.putMute(aMute(`${days}`, { from, until }));
    }
    await opened.maintenance.prepare(35 * 24 * HOUR_MS);
    const purged = await opened.maintenance.purge(new AbortController().signal);
    strictEqual(purged!.alerts, 2);
    const left = await it.records.alerts({ limit: 9 });
    deepStrictEqual(left.map(({ id }) => id), [idOf(2), idOf(3)]);
    deepStrictEqual((await it.records.mutes(daysAgo(600))).map(({ id }) => id), ["398"]);
    deepStrictEqual(await it.states(idOf(1)), []);
    strictEqual((await it.records.sums()).messages, 3);
  });

  test("sums() are those of every way to end", async (opened) => {
    await using it = await leading(opened);
    deepStrictEqual(await it.records.sums(), SUMS);
    const [told, untold, held, open] = [1, 2, 3, 4].map((number) => anAlert(number));
    await it.store.write(firing(told!));
    await drain(it.store);
    await it.store.write(firing(untold!, held!, open!));
    const suppressed = { ...held!, suppressed_by: "parent:a" as const };
    await it.store.write(decision({ alerts: [suppressed] }));
    await it.store.write(ending(told!, untold!));
    const states = { ...SUMS.states, pending: 2, delivered: 1, superseded: 2, suppressed: 1 };
    deepStrictEqual(await it.records.sums(), { ...SUMS, messages: 6, states });
  });

  const damages: readonly [sql: string, found: Partial<MessageSums>][] = [
    ["DELETE FROM alert_message WHERE kind = 'resolved'", { untoldEnds: 1 }],
    ["DELETE FROM alert_message WHERE kind = 'fired'", { unmade: 1, untoldBeginnings: 1 }],
    [
      "UPDATE alert_message SET state = 'superseded' WHERE kind = 'fired'",
      { untoldBeginnings: 1 },
    ],
    [
      "UPDATE alert_message SET state = 'superseded' WHERE kind = 'resolved'",
      { untoldEnds: 1 },
    ],
  ];
  for (const [sql, found] of damages) {
    test(`sums() find what was damaged: ${sql}`, async (opened) => {
      await using it = await leading(opened);
      await it.store.write(firing(anAlert(1)));
      await drain(it.store);
      await it.store.write(ending(anAlert(1)));
      await drain(it.store);
      await opened.sql(sql);
      const { unmade, untoldEnds, untoldBeginnings } = await it.records.sums();
      deepStrictEqual(
        { unmade, untoldEnds, untoldBeginnings },
        { unmade: 0, untoldEnds: 0, untoldBeginnings: 0, ...found },
      );
    });
  }

  test("sums() hold when a told end expires", async (opened) => {
    await using it = await leading(opened);
    const alert = anAlert(1);
    await it.store.write(firing(alert));
    await drain(it.store);
    const over = ended(alert);
    const created_at = new Date(Date.now() - 25 * HOUR_MS);
    const messages = [aMessage(over, "resolved", { created_at })];
    await it.store.write(decision({ alerts: [over], messages }));
    await it.store.claim([], LEASE_MS);
    deepStrictEqual(await it.states(), ["fired delivered", "resolved expired"]);
    strictEqual((await it.records.sums()).untoldEnds, 0);
  });
}
