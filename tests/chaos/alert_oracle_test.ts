// Goal: the oracle of alerts sees each breach, and none in what is right.
import { deepStrictEqual } from "node:assert/strict";
import type { MessageKind } from "../../src/status/alert_store.ts";
import {
  type AlertRow,
  brokenAlerts,
  type CheckRow,
  type MessageRow,
  type Reception,
  type Told,
} from "./alert_oracle.ts";

const SPAN_MS = 1_000;
const CHANNELS = ["steady", "flappy"];

const check = (atMs: number, outcome: CheckRow["outcome"]): CheckRow => {
  return { site: "site-0", location: "here", outcome, atMs };
};
const alert: AlertRow = {
  ...{ id: "a", rule: "down", kind: "down", site: "site-0", channels: CHANNELS },
  ...{ beganMs: 2_000, endedMs: 5_000 },
};
const message = (channel: string, kind: MessageKind): MessageRow => {
  const delivery = `${kind}-id`;
  return { alert: "a", channel, kind, state: "delivered", delivery, attempts: 1, waitedMs: 100 };
};
const reception = (channel: string, event: MessageKind, atMs: number): Reception => {
  const told = [{ alert: "a", event }];
  return { atMs, source: "run", channel, status: 204, id: `${event}-id`, told };
};

/** A site that was down for three checks, which both channels were told. */
const RIGHT: Told = {
  checks: [
    ...[check(1_000, "up"), check(2_000, "down"), check(3_000, "inconclusive")],
    ...[check(4_000, "down"), check(5_000, "up"), check(6_000, "down"), check(7_000, "up")],
  ],
  alerts: [alert],
  messages: CHANNELS.flatMap((one) => [message(one, "fired"), message(one, "resolved")]),
  received: CHANNELS.flatMap((one) => [
    reception(one, "fired", 4_100),
    reception(one, "resolved", 5_100),
  ]),
  spanMsOf: () => SPAN_MS,
  startedMs: 0,
};

const [fired, resolved, ...ofFlappy] = RIGHT.messages as [MessageRow, MessageRow, ...MessageRow[]];
const [began, ended, ...flappy] = RIGHT.received as [Reception, Reception, ...Reception[]];
const UNTOLD = { ...RIGHT, messages: [], received: [], alerts: [] };
const HALF = "Each beginning and each end is told, or neither";
const NOBODY = "What is noted as told to nobody was taken by nobody";
const ORDER = "Nobody is told of an end before its beginning";
const SAME = "A delivery that may have been taken has the same messages from then on";
const CLAIMED = "A message is sent as often as it was claimed, or less";
const superseded = (waitedMs: number) =>
  [fired, resolved].map((it) => ({ ...it, state: "superseded" as const, waitedMs }));
const LEFT_OUT = { alert: "over", event: "fired" } as const;
const twice = (again: Partial<Reception>) => ({
  messages: [{ ...fired, attempts: 2 }, resolved, ...ofFlappy],
  received: [began, { ...began, ...again }, ended, ...flappy],
});

const CASES: readonly [when: string, change: Partial<Told>, promises: string[]][] = [
  ["nothing is wrong", {}, []],
  ["nobody was told", UNTOLD, ["Each confirmed incident has an alert"]],
  ["it began before anybody looked", { ...UNTOLD, startedMs: 2_001 }, []],
  ["another rule found it", { ...UNTOLD, alerts: [{ ...alert, rule: "silent", channels: [] }] }, [
    "Each confirmed incident has an alert",
  ]],
  ["it was told of another time", { alerts: [{ ...alert, beganMs: 5_001 }] }, [
    "Each confirmed incident has an alert",
  ]],
  ["an alert is open", { alerts: [{ ...alert, endedMs: null }] }, [
    "Each alert ends when its site is up",
  ]],
  ["a message is missing", { messages: [fired, ...ofFlappy] }, [HALF]],
  ["a message is pending", { messages: [fired, { ...resolved, state: "pending" }, ...ofFlappy] }, [
    HALF,
  ]],
  ["a delivery did not arrive", { received: [began, ...flappy] }, [
    "What is noted as delivered was taken",
  ]],
  ["a delivery was refused", { received: [began, { ...ended, status: 500 }, ...flappy] }, [
    "What is noted as delivered was taken",
  ]],
  ["what was told is superseded", {
    messages: [...superseded(100), ...ofFlappy],
    received: [{ ...began, status: 500 }, { ...ended, status: 429 }, ...flappy],
  }, [NOBODY]],
  ["it lasts, and is not told", {
    messages: [...superseded(60_001), ...ofFlappy],
    received: flappy,
  }, ["steady is told of what lasts"]],
  ["its beginning is sent again after its end", twice({ atMs: 40_000 }), [ORDER]],
  ["it is sent again before its end", twice({ status: 500 }), [
    "steady is told again only when a lease has ended",
  ]],
  ["it is sent again without a claim", { received: [...RIGHT.received, flappy[1]!] }, [CLAIMED]],
  ["it is sent under another id", twice({ id: "other" }), ["A message is in one delivery"]],
  ["it is sent with something else", twice({ told: [...began.told, ...ended.told], atMs: 5_000 }), [
    ...[SAME, "A message is in one delivery", CLAIMED],
    ...["steady is told again only when a lease has ended", ORDER],
  ]],
  ["what is over is left out of what nobody took", {
    messages: [fired, resolved, { ...ofFlappy[0]!, attempts: 2 }, ofFlappy[1]!],
    received: [
      began,
      ended,
      { ...flappy[0]!, status: 429, told: [LEFT_OUT, ...began.told] },
      ...flappy,
    ],
  }, []],
  ["an end comes first", { received: [{ ...ended, atMs: 4_000 }, began, ...flappy] }, [ORDER]],
];

for (const [when, change, promises] of CASES) {
  Deno.test(`brokenAlerts() names what does not hold when ${when}`, () => {
    const sentences = brokenAlerts({ ...RIGHT, ...change });
    deepStrictEqual(sentences.map((sentence) => sentence.split(", but ")[0]), promises);
  });
}
