/** The oracle of alerts: what must be true of what was told, by the checks and by the receivers. */
import { LEASE_MS } from "../../src/alerts/notifier.ts";
import type { AlertKind, MessageKind, MessageState } from "../../src/status/alert_store.ts";
import type { Outcome } from "../../src/report/outcome.ts";

/** Time in which a site answered each visit from a location that it is down. */
export interface Outage {
  readonly location: string;
  readonly site: string;
  /** Milliseconds since 1970, as everywhere here. */
  readonly fromMs: number;
  /** Of the last visit. */
  toMs: number;
}

/** A delivery as a receiver saw it. */
export interface Reception {
  readonly atMs: number;
  /** Whose alerts these are. */
  readonly source: string;
  readonly channel: string;
  /** What it was answered with, whether that arrived or not. */
  readonly status: number;
  /** Of the delivery. */
  readonly id: string;
  readonly told: readonly { readonly alert: string; readonly event: MessageKind }[];
}

/** A report of a check. */
export interface CheckRow {
  readonly site: string;
  readonly location: string;
  readonly outcome: Outcome;
  readonly atMs: number;
}

export interface AlertRow {
  readonly id: string;
  readonly rule: string;
  readonly kind: AlertKind;
  readonly site: string;
  readonly channels: readonly string[];
  readonly beganMs: number;
  readonly endedMs: number | null;
}

export interface MessageRow {
  readonly alert: string;
  readonly channel: string;
  readonly kind: MessageKind;
  readonly state: MessageState;
  /** Of the delivery; null before there was one. */
  readonly delivery: string | null;
  /** How often it was claimed. */
  readonly attempts: number;
  /** From when it was due until it was delivered or had another end; null before. */
  readonly waitedMs: number | null;
}

/** What is judged, of one store. */
export interface Told {
  /** Of each site and location in the order of the history. */
  readonly checks: readonly CheckRow[];
  /** Of those sites alone, by whatever rule; all are up by now. */
  readonly alerts: readonly AlertRow[];
  /** Of these alerts. */
  readonly messages: readonly MessageRow[];
  /** Of these alerts, and of others of the same store. */
  readonly received: readonly Reception[];
  /** Time between two checks of a site. */
  readonly spanMsOf: (site: string) => number;
  /** When somebody began to decide. */
  readonly startedMs: number;
}

/** The rule that finds sites that are down, in two checks. */
export const DOWN_RULE = "down";
/** Checks in a row that confirm it. */
export const CONFIRMING_CHECKS = 2;
/** A receiver that is never at fault. */
const STEADY = "steady";
/** Whatever meets: sooner than that somebody could claim and send. */
const TOLD_MS = 60_000;

/** Checks in a row that found a site down, and those that say nothing between them. */
export interface DownRun {
  readonly site: string;
  readonly location: string;
  readonly fromMs: number;
  /** Of the last of them. */
  lastMs: number;
  /** Of the check that found it up again; undefined without one. */
  untilMs?: number;
  checks: number;
}

export function downRuns(checks: readonly CheckRow[]): DownRun[] {
  const runs: DownRun[] = [];
  const lasting = new Map<string, DownRun>();
  for (const { site, location, outcome, atMs } of checks) {
    const place = `${location}/${site}`;
    const run = lasting.get(place);
    if (outcome === "inconclusive") continue;
    if (outcome === "down") {
      if (run === undefined) {
        const begun = { site, location, fromMs: atMs, lastMs: atMs, checks: 1 };
        runs.push(begun);
        lasting.set(place, begun);
      } else {
        run.lastMs = Math.max(run.lastMs, atMs);
        run.checks++;
      }
    } else if (run !== undefined) {
      run.untilMs = Math.max(run.lastMs, atMs);
      lasting.delete(place);
    }
  }
  return runs;
}

/** A run that has to be told: long enough, and not begun before anybody looked. */
export function isConfirmed(
  { site, checks, fromMs, untilMs }: DownRun,
  { spanMsOf, startedMs }: Pick<Told, "spanMsOf" | "startedMs">,
): boolean {
  const longEnoughMs = CONFIRMING_CHECKS * spanMsOf(site) * 0.9;
  return checks >= CONFIRMING_CHECKS && untilMs !== undefined &&
    untilMs - fromMs >= longEnoughMs && fromMs >= startedMs;
}

const EXAMPLES_MAX = 3;

/** One sentence for each promise that is broken. */
export function brokenAlerts(told: Told): string[] {
  return questions(told).flatMap(({ promise, breaches }) => {
    if (breaches.length === 0) return [];
    const examples = breaches.slice(0, EXAMPLES_MAX).map((one) => JSON.stringify(one)).join(" ");
    return [`${promise}, but ${breaches.length} are not: ${examples}`];
  });
}

interface Question {
  readonly promise: string;
  readonly breaches: readonly unknown[];
}

function questions(told: Told): Question[] {
  const { alerts, messages } = told;
  const { byMessage, byDelivery, all } = receptionsOf(told);
  return [
    { promise: "Each confirmed incident has an alert", breaches: withoutAlert(told) },
    {
      promise: "Each alert ends when its site is up",
      breaches: alerts.filter(({ endedMs }) => endedMs === null),
    },
    {
      promise: "Each beginning and each end is told, or neither",
      breaches: halfTold(told),
    },
    {
      promise: "What is noted as delivered was taken",
      breaches: messages.filter((message) => {
        const times = byMessage.get(keyOf(message)) ?? [];
        const isTaken = times.some(({ status, id }) => status === 204 && id === message.delivery);
        return message.state === "delivered" && !isTaken;
      }),
    },
    {
      promise: "What is noted as told to nobody was taken by nobody",
      breaches: messages.filter((message) => {
        const times = byMessage.get(keyOf(message)) ?? [];
        const isUntold = message.state === "superseded" || message.state === "suppressed";
        return isUntold && times.some(({ status }) => status !== 429);
      }),
    },
    {
      promise: "A delivery that may have been taken has the same messages from then on",
      breaches: [...byDelivery].filter(([_, times]) => {
        const first = times.findIndex(({ status }) => status !== 429);
        return first >= 0 && new Set(times.slice(first).map(contentOf)).size > 1;
      }),
    },
    {
      promise: "A message is in one delivery",
      breaches: [...byMessage].filter(([_, times]) => new Set(times.map(({ id }) => id)).size > 1),
    },
    {
      promise: "A message is sent as often as it was claimed, or less",
      breaches: messages.filter((message) =>
        (byMessage.get(keyOf(message))?.length ?? 0) > message.attempts
      ),
    },
    {
      promise: `${STEADY} is told of what lasts`,
      breaches: messages.filter(({ channel, state, waitedMs }) =>
        channel === STEADY && state === "superseded" && waitedMs! > TOLD_MS
      ),
    },
    {
      promise: `${STEADY} is told again only when a lease has ended`,
      breaches: [...byDelivery].filter(([_, times]) => isTooSoon(times)),
    },
    { promise: "Nobody is told of an end before its beginning", breaches: disordered(all) },
  ];
}

/** Runs that no alert of their site covers. */
function withoutAlert(told: Told): DownRun[] {
  const bySite = Map.groupBy(told.alerts.filter(({ rule }) => rule === DOWN_RULE), (it) => it.site);
  return downRuns(told.checks).filter((run) =>
    isConfirmed(run, told) &&
    !bySite.get(run.site)?.some(({ beganMs, endedMs }) =>
      beganMs <= run.untilMs! && (endedMs ?? Infinity) >= run.fromMs
    )
  );
}

/** Alerts with the ends of their messages, of a channel where these do not fit together. */
function halfTold({ alerts, messages }: Told) {
  const byAlert = Map.groupBy(messages, ({ alert, channel }) => `${alert} ${channel}`);
  return alerts.flatMap(({ id, site, channels }) =>
    channels.flatMap((channel) => {
      const ends = (byAlert.get(`${id} ${channel}`) ?? []).map(({ kind, state }) =>
        `${kind} ${state}`
      );
      return WHOLE.includes(ends.sort().join(", ")) ? [] : [{ id, site, channel, ends }];
    })
  );
}

const WHOLE = [
  "fired delivered, resolved delivered",
  "fired superseded, resolved superseded",
  "digest delivered",
];

function isTooSoon(times: readonly Reception[]): boolean {
  return times.some(({ channel, atMs }, index) => {
    const before = times[index - 1];
    return channel === STEADY && before !== undefined && atMs - before.atMs < LEASE_MS / 2;
  });
}

/** An end that came first, or a beginning that came after an end was taken. */
function disordered(all: ReadonlyMap<string, readonly Reception[]>) {
  return [...all].filter(([key, times]) => {
    const [alert] = key.split(" ");
    const events = times.flatMap(({ told, status }) =>
      told.filter((one) => one.alert === alert).map(({ event }) => ({ event, status }))
    );
    const isEnd = ({ event }: { event: MessageKind }) => event === "resolved";
    const end = events.findIndex(isEnd);
    const isFirst = end === 0;
    const taken = events.findIndex((one) => isEnd(one) && one.status === 204);
    return isFirst || taken >= 0 && events.slice(taken).some((one) => !isEnd(one));
  });
}

function contentOf({ told }: Reception): string {
  return told.map(({ alert, event }) => `${alert} ${event}`).sort().join(", ");
}

function keyOf({ alert, channel, kind }: Pick<MessageRow, "alert" | "channel" | "kind">): string {
  return `${alert} ${channel} ${kind}`;
}

/** In the order of time, by what they are asked for. */
function receptionsOf(told: Told) {
  const received = told.received.toSorted((a, b) => a.atMs - b.atMs);
  const [byMessage, all] = [new Map<string, Reception[]>(), new Map<string, Reception[]>()];
  const add = (map: Map<string, Reception[]>, key: string, reception: Reception) =>
    map.set(key, [...map.get(key) ?? [], reception]);
  for (const reception of received) {
    const { channel, told } = reception;
    for (const { alert, event } of told) {
      add(byMessage, keyOf({ alert, channel, kind: event }), reception);
      add(all, `${alert} ${channel}`, reception);
    }
  }
  const byDelivery = Map.groupBy(received, ({ channel, id }) => `${channel} ${id}`);
  return { byMessage, byDelivery, all };
}

/** Sums for people, by what they count. */
export type AlertFigures = Readonly<Record<string, number>>;

/** Also of what could not be judged. `outages` are those that the sites themselves know of. */
export function alertFigures(
  told: Told,
  outages: readonly Outage[],
): AlertFigures {
  const runs = downRuns(told.checks);
  const confirmed = runs.filter((run) => isConfirmed(run, told));
  const overlaps = (outage: Outage, run: DownRun) =>
    outage.site === run.site && outage.location === run.location &&
    outage.fromMs <= (run.untilMs ?? Infinity) && outage.toMs >= run.fromMs;
  const count = (kind: MessageKind, state: MessageState, channel: string) =>
    told.messages.filter((it) => it.kind === kind && it.state === state && it.channel === channel)
      .length;
  const byDelivery = Map.groupBy(told.received, ({ channel, id }) => `${channel} ${id}`);
  const ofChannels = [STEADY, "flappy"].flatMap((channel) => {
    const times = [...byDelivery].filter(([key]) => key.startsWith(`${channel} `))
      .map(([_, all]) => all);
    return [
      [`${channel}: beginnings and ends told`, count("resolved", "delivered", channel)],
      [`${channel}: told in a digest`, count("digest", "delivered", channel)],
      [`${channel}: over before anybody was told`, count("resolved", "superseded", channel)],
      [`${channel}: deliveries`, times.length],
      [`${channel}: requests beyond them`, times.flat().length - times.length],
    ] as const;
  });
  return Object.fromEntries([
    ["incidents, confirmed", confirmed.length],
    ["incidents, too short to be confirmed, not judged", runs.length - confirmed.length],
    [
      "outages of sites that no report tells of, not judged",
      outages.filter((outage) => !runs.some((run) => overlaps(outage, run))).length,
    ],
    [
      "incidents that only a check saw, told all the same",
      confirmed.filter((run) => !outages.some((outage) => overlaps(outage, run))).length,
    ],
    ["alerts", told.alerts.length],
    ...ofChannels,
  ]);
}
