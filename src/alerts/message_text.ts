/**
 * What people read of a delivery: what happened, since when, why, and where to look. Pure, and plain
 * text without control characters; each channel escapes it for its own format.
 */
import { SEVERITIES } from "../config/alerts.ts";
import { publicUrl as withoutCredentials } from "../report/public_url.ts";
import { sitePath } from "../report/site_path.ts";
import { escapeControls } from "../runtime/escape_controls.ts";
import { clockTime, lengthText } from "../runtime/relative_time.ts";
import type {
  Alert,
  AlertDetail,
  AlertEnd,
  AlertKind,
  AlertMessage,
  Delivery,
  MessageKind,
} from "../status/alert_store.ts";

/** Alerts of a delivery that are told one by one; a page holds no more. */
export const ENTRIES_MAX = 10;
/** Alerts of a delivery that are told with all that is known of them. */
export const DETAILED_MAX = 3;
/** Names of others that stand in one line. */
export const NAMES_MAX = 20;
/** Of a name in a list. */
const NAME_LENGTH_MAX = 60;
/** A title is read at a glance, on a watch or in a list of mails. */
const TITLE_NAMES_MAX = 3;
/** Of a name, an error, a reason: one or two lines of a chat. */
export const PART_LENGTH_MAX = 200;
/** Of a link; what is longer is left out, since a part of it leads nowhere. */
const URL_LENGTH_MAX = 1_000;

export interface Link {
  readonly label: "Runbook" | "Status page" | "Site";
  readonly url: string;
}

/** One alert of a delivery. */
export interface AlertEntry {
  /** `shop is down`. */
  readonly headline: string;
  /** Sentences, one a line. */
  readonly facts: readonly string[];
  readonly links: readonly Link[];
}

/** A delivery in words. */
export interface MessageText {
  /** One line that says it all. */
  readonly title: string;
  /** The worst of what lasts; `null` when nothing of it lasts. */
  readonly severity: string | null;
  readonly entries: readonly AlertEntry[];
  /** The names of those that have no entry; `null` when there are none. */
  readonly others: string | null;
}

export interface MessageTextOptions {
  /** When it is told, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Of the status page; without it there are no links to it. */
  readonly publicUrl?: string | undefined;
}

/** What of an alert's kind is said of its subject. */
const WORDS: Readonly<Record<AlertKind, readonly [is: string, was: string, isNoMore: string]>> = {
  down: ["is down", "was down", "is up again"],
  degraded: ["is degraded", "was degraded", "is no longer degraded"],
  stale: ["is not checked", "was not checked", "is checked again"],
  inconclusive: ["has no clear result", "had no clear result", "has clear results again"],
  certificate_soon: [
    "has a certificate that expires soon",
    "had a certificate about to expire",
    "has a certificate that does not expire soon",
  ],
  location: ["reports nothing", "reported nothing", "reports again"],
  unknown: [
    "is checked from too few locations",
    "was checked from too few locations",
    "is checked from enough locations again",
  ],
};

const ENDS: Readonly<Record<Exclude<AlertEnd, "recovered">, string>> = {
  rule_removed: "its rule was changed or removed",
  site_forgotten: "it is no longer checked",
  superseded_by_location: "its whole location reports nothing",
};

export function messageText(
  { messages }: Pick<Delivery, "messages">,
  { publicUrl, nowMs }: MessageTextOptions,
): MessageText {
  const lasting = messages.filter(({ kind }) => isLasting(kind)).map(({ alert }) => alert.severity);
  const others = messages.slice(ENTRIES_MAX);
  const factsOfEach = messages.length > DETAILED_MAX ? shortFactsOf : factsOf;
  return {
    title: titleOf(messages),
    severity: SEVERITIES.find((severity) => lasting.includes(severity)) ?? lasting[0] ?? null,
    entries: messages.slice(0, ENTRIES_MAX).map((message) => ({
      headline: headlineOf(message),
      facts: factsOfEach(message, nowMs),
      links: linksOf(message.alert, publicUrl),
    })),
    others: others.length === 0 ? null : `And ${listed(others.map(subjectOf), NAMES_MAX)}`,
  };
}

/** What is told of lasts. */
export function isLasting(kind: MessageKind): boolean {
  return kind !== "resolved" && kind !== "digest";
}

/** `shop`, or `location berlin`. */
export function subjectOf({ alert }: Pick<AlertMessage, "alert">): string {
  return alert.site === null ? `location ${part(alert.location ?? "")}` : part(alert.site);
}

/** `shop is down`. */
export function headlineOf(message: AlertMessage): string {
  const { alert, kind, count } = message;
  const subject = subjectOf(message);
  if (kind === "resolved" && alert.end !== "recovered" && alert.end !== null) {
    return `${subject}: alert ended, because ${ENDS[alert.end]}`;
  }
  return `${subject} ${verbOf(message)}${kind === "reminded" ? ` (reminder ${count})` : ""}`;
}

function verbOf({ alert, kind }: AlertMessage): string {
  const [is, was, isNoMore] = WORDS[alert.kind];
  if (kind === "flapping") return "is flapping";
  return { fired: is, reminded: is, digest: was, resolved: isNoMore }[kind];
}

/** `3 sites are down: a, b, c`, or of a mixture `2 new, 1 ended: a, b, c`. */
function titleOf(messages: readonly AlertMessage[]): string {
  const [first] = messages;
  if (first === undefined) return "nothing to tell";
  if (messages.length === 1) return headlineOf(first);
  const names = listed(messages.map(subjectOf), TITLE_NAMES_MAX);
  const { kind, alert } = first;
  const isAlike = messages.every((one) =>
    one.kind === kind && one.alert.kind === alert.kind && one.alert.end === alert.end
  );
  if (isAlike && (kind !== "resolved" || alert.end === "recovered")) {
    const subjects = alert.site === null ? "locations" : "sites";
    return `${counted(messages.length)} ${subjects} ${plural(verbOf(first))}: ${names}`;
  }
  const kinds = Map.groupBy(messages, (one) => TITLE_WORDS[one.kind]);
  const counts = Array.from(kinds, ([word, { length }]) => `${counted(length)} ${word}`);
  return `${counts.join(", ")}: ${names}`;
}

const TITLE_WORDS: Readonly<Record<MessageKind, string>> = {
  fired: "new",
  reminded: "lasting",
  resolved: "ended",
  flapping: "flapping",
  digest: "already over",
};

/** Of the words above, their verb for several. */
function plural(verb: string): string {
  const word = verb.split(" ", 1)[0]!;
  const several = { is: "are", was: "were", has: "have", reports: "report" }[word] ?? word;
  return several + verb.slice(word.length);
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}

/** `a, b, c and 5 more`. */
function listed(names: readonly string[], max: number, leftOut = 0): string {
  const shown = names.slice(0, max).map((name) => escapeControls(name, NAME_LENGTH_MAX));
  const more = names.length - shown.length + leftOut;
  return shown.join(", ") + (more > 0 ? ` and ${counted(more)} more` : "");
}

function factsOf(message: AlertMessage, nowMs: number): string[] {
  const { alert, kind } = message;
  const { detail, rule, severity } = alert;
  return [
    timeFact(message, nowMs),
    ...(kind === "flapping" ? [flappingFact(alert)] : []),
    ...whyFacts(detail),
    ...(isLasting(kind) ? childrenFacts(alert) : []),
    ...(detail.lastDurationMs !== null && isLasting(kind)
      ? [`The last one took ${length(detail.lastDurationMs)}`]
      : []),
    ...ackFacts(alert),
    `Rule: ${part(rule)} (${severity})`,
  ];
}

function flappingFact({ suppressed_by }: Alert): string {
  const changes = suppressed_by?.split(":")[1] ?? "Many";
  return `${changes} changes within an hour; no more messages until it is calm for an hour`;
}

/** Since when, and why at the place where it is worst. */
function shortFactsOf(message: AlertMessage, nowMs: number): string[] {
  const { detail } = message.alert;
  const worst = { ...detail, places: detail.places.slice(0, 1), placesLeftOut: 0 };
  return [timeFact(message, nowMs), ...whyFacts(worst)];
}

/** What lasts is told as of now: it may have waited for its group, or for its receiver. */
function timeFact({ alert, kind, created_at }: AlertMessage, nowMs: number): string {
  const { began_at, ended_at } = alert;
  if (isLasting(kind) || ended_at === null) {
    const lasted = nowMs - began_at.getTime();
    return `Since ${clockTime(began_at)} UTC` + (lasted >= 1_000 ? ` (${length(lasted)})` : "");
  }
  const took = length(ended_at.getTime() - began_at.getTime());
  const learned = kind === "digest" ? `, learned at ${clockTime(created_at)}` : "";
  return `From ${clockTime(began_at)} to ${clockTime(ended_at)} UTC (${took})${learned}`;
}

function length(ms: number): string {
  return lengthText(Math.max(0, Math.round(ms / 1_000)));
}

function whyFacts({ places, placesLeftOut, locations }: AlertDetail): string[] {
  const facts = places.map(({ location, outcome, stale, reason, error_text }) => {
    const why = [reason, error_text === null ? null : part(error_text)].filter(Boolean).join(": ");
    const state = stale ? "no report arrived" : outcome;
    const found = why === "" || stale ? state : `${state}, ${why}`;
    return locations === 1 ? upperFirst(found) : `At ${part(location)}: ${found}`;
  });
  return placesLeftOut > 0 ? [...facts, `At ${placesLeftOut} more locations`] : facts;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Sites that depend on this one, or that a location does not check any more. */
function childrenFacts({ kind, detail: { children, childrenLeftOut } }: Alert): string[] {
  if (children.length === 0) return [];
  const what = kind === "location"
    ? "Not checked from there"
    : "Held back, since they depend on it";
  return [`${what}: ${listed(children, NAMES_MAX, childrenLeftOut)}`];
}

function ackFacts({ acked_at, acked_by, ack_reason }: Alert): string[] {
  if (acked_at === null) return [];
  const reason = ack_reason ? `: ${part(ack_reason)}` : "";
  return [`Acknowledged by ${part(acked_by ?? "?")} at ${clockTime(acked_at)} UTC${reason}`];
}

/** Only what a browser opens as a page: labels and urls come from afar. */
function linksOf({ site, detail }: Alert, publicUrl: string | undefined): Link[] {
  const page = publicUrl === undefined ? undefined : new URL(
    site === null ? "." : sitePath(site),
    publicUrl.endsWith("/") ? publicUrl : `${publicUrl}/`,
  ).href;
  const found = [
    ["Runbook", detail.labels.runbook],
    ["Status page", page],
    ["Site", detail.url === null ? undefined : withoutCredentials(detail.url)],
  ] as const;
  return found.flatMap(([label, text = ""]) => {
    const url = text.length > URL_LENGTH_MAX || !/^https?:\/\//i.test(text)
      ? null
      : URL.parse(text);
    return url === null ? [] : [{ label, url: url.href }];
  });
}

/** A text from elsewhere as a part of a line. */
function part(text: string): string {
  return escapeControls(text, PART_LENGTH_MAX);
}
