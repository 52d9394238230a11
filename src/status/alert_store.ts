/**
 * The alert port: alerts, the messages that they cause, and what people say about them, as rows
 * beside the status from which they are decided.
 *
 * Implemented by postgres/ and sqlite/, which pass one contract suite (tests/contract/). An alert
 * and its messages are written in one transaction; a message is sent from its row until it is
 * delivered or has another end, so that none is lost, told twice under another id, or left open.
 */
import type { Outcome, Reason } from "../report/outcome.ts";
import type { Incident, SiteKey } from "./queries.ts";

/** `unknown` is a site of which too few locations are fresh for a verdict. */
export const ALERT_KINDS = [
  ...["down", "degraded", "stale", "inconclusive"] as const,
  ...["certificate_soon", "location", "unknown"] as const,
];
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Checks of one site and location that one decision looks at. */
export const RECENT_CHECKS_MAX = 20;
/** Messages of one delivery, of which a process keeps one a channel; the rest goes with the next. */
export const DELIVERY_MESSAGES_MAX = 5_000;
/** A message that could not be delivered for so long tells nobody anything new. */
export const MESSAGE_EXPIRES_MS = 86_400_000;
/** Mutes that people see at once: more than 100 plans have in a week. */
export const MUTES_MAX = 10_000;
/** Mutes that people may have added, of which each decision asks: a script that adds them goes wrong. */
export const MUTES_ADDED_MAX = 1_000;
/** Rules that are remembered, with those that were edited since. */
export const RULES_MAX = 1_000;
/** For how long a leader that says nothing keeps others from deciding. */
export const LEAD_MS = 8_000;

/** Why an alert ended. */
export type AlertEnd = "recovered" | "rule_removed" | "site_forgotten" | "superseded_by_location";

/**
 * What keeps the beginning of an alert from being told, as `kind:name`; of one that flaps, the name is
 * how many changes there were within the hour before.
 */
export type SuppressedBy = `${"maintenance" | "silence" | "parent" | "flapping"}:${string}`;

/** What was found at a location. */
export interface AlertPlace {
  readonly location: string;
  readonly outcome: Outcome;
  readonly stale: boolean;
  readonly reason: Reason | null;
  /** From the site: escape it. */
  readonly error_text: string | null;
  readonly since: Date | null;
}

/** What messages say beside the alert's own columns, as it was last seen. */
export interface AlertDetail {
  readonly url: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that are not well, the worst first; a few, see `placesLeftOut`. */
  readonly places: readonly AlertPlace[];
  readonly placesLeftOut: number;
  /** Where the site is checked; of one alone, messages do not say where it is. */
  readonly locations?: number;
  /** Sites whose alerts are held back while this one fires, or that a location no longer checks; a few. */
  readonly children: readonly string[];
  readonly childrenLeftOut: number;
  /** How long the last incident of the site took, in milliseconds; `null` when none is known. */
  readonly lastDurationMs: number | null;
}

/** Something that a rule found, from its beginning until its end. */
export interface Alert {
  /** uuid5 of rule, kind, subject and beginning: the same alert, however often it is decided. */
  readonly id: string;
  readonly rule: string;
  readonly kind: AlertKind;
  readonly severity: string;
  /** `null` for an alert of a location. */
  readonly site: string | null;
  /** The silent one; `null` for an alert of a site. */
  readonly location: string | null;
  /** When the trouble began, by its checks. */
  readonly began_at: Date;
  /** When it was decided; once its beginning was to be told, when that was. */
  readonly fired_at: Date;
  /** By its checks, like the beginning. */
  readonly ended_at: Date | null;
  readonly end: AlertEnd | null;
  /** `null` once its beginning was to be told. */
  readonly suppressed_by: SuppressedBy | null;
  /** The channels of its rule when its beginning was told: they are told of its end. */
  readonly channels: readonly string[];
  readonly group_key: string;
  readonly detail: AlertDetail;
  /** How many reminders there were, and when the last. */
  readonly reminders: number;
  readonly reminded_at: Date | null;
  readonly acked_at: Date | null;
  readonly acked_by: string | null;
  readonly ack_reason: string | null;
}

/**
 * `digest` tells of what began and ended unseen: its alert is written already ended, and has no
 * `resolved`. `flapping` tells once that changes are no longer told; whoever got it knows of the
 * alert, as with `fired`.
 */
export type MessageKind = "fired" | "reminded" | "resolved" | "flapping" | "digest";

/**
 * How a message ended; `pending` until then. `superseded`: nobody can have been told of it, and its
 * alert has ended, or there is a newer reminder. `suppressed`: likewise, and its alert is held back.
 */
export const MESSAGE_STATES = [
  "pending",
  "delivered",
  "superseded",
  "suppressed",
  "expired",
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** As much of the id of an alert or a mute as tables show, and commands take for it. */
export const SHOWN_ID_LENGTH = 8;

/** What is told to a channel about an alert. Its content is that of the alert when it was decided. */
export interface AlertMessage {
  /** uuid5 of alert, channel, kind and count: a receiver knows by it what it has. */
  readonly id: string;
  readonly alert: Alert;
  readonly channel: string;
  readonly kind: MessageKind;
  /** Of this kind; from 1. */
  readonly count: number;
  readonly created_at: Date;
  /** Not before, unless another message of its group is due: then all that wait go together. */
  readonly due_at: Date;
}

/**
 * Messages of one channel and group that are sent together. Once a receiver may have taken it, it is
 * the same ones each time under the same id, but for those that have expired meanwhile; before, what
 * is over is left out.
 */
export interface Delivery {
  /** The id of its first message. */
  readonly id: string;
  readonly channel: string;
  /** In the order in which they were decided; at most {@linkcode DELIVERY_MESSAGES_MAX}. */
  readonly messages: readonly AlertMessage[];
  /** From 1. */
  readonly attempt: number;
}

/** What came of an attempt. */
export interface Attempt {
  readonly delivery: Delivery;
  /**
   * `failed` may succeed later; `refused` needs somebody to change something, and parks the channel.
   * With `isMaybeTold` the receiver may have taken it all the same (a cut after the request).
   */
  readonly result: "delivered" | "failed" | "refused";
  readonly isMaybeTold: boolean;
  /** Of what came back, without secrets; `null` when delivered. */
  readonly error: string | null;
  /** For how long the channel is left alone, in milliseconds by the store's clock; `null` is not at all. */
  readonly retryMs: number | null;
}

/** A channel as the last attempts left it. */
export interface ChannelState {
  readonly channel: string;
  /** Attempts that failed since the last delivery. */
  readonly failures: number;
  readonly retry_at: Date | null;
  /** Since when it refuses; `null` while it does not. */
  readonly parked_at: Date | null;
  readonly error: string | null;
  readonly delivered_at: Date | null;
  readonly pending: number;
  /** The oldest that waits. */
  readonly oldest_at: Date | null;
}

/** A time in which beginnings of sites that match are not told; ends always are. */
export interface Mute {
  readonly id: string;
  /** Planned work is left out of `sla_uptime`; a silence is not. */
  readonly kind: "maintenance" | "silence";
  readonly from: Date;
  readonly until: Date;
  /** As in a rule; all sites when both are `null`. Names are globs. */
  readonly names: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly author: string;
  readonly reason: string;
  /** From the configuration: replaced when it changes. */
  readonly is_configured: boolean;
}

/** A check, for confirmation. */
export interface RecentCheck {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly checked_at: Date;
}

/** The newest checks of a site at a location, newest first. */
export interface RecentChecks extends SiteKey {
  readonly checks: readonly RecentCheck[];
}

/** What is asked for a decision. */
export interface LookOptions {
  /**
   * Whose newest checks are wanted: those that are not up, or were not lately. None comes that is
   * a day and twice as many spans of the newest older than it: an outage of sitemon confirms nothing.
   */
  readonly sites: readonly SiteKey[];
  /** At most {@linkcode RECENT_CHECKS_MAX}. */
  readonly checks: number;
  /** Sites with new reports, whose incidents that ended after `endedAfter` are wanted. */
  readonly changed: readonly SiteKey[];
  /** Names of rules with what they look for: an edited one is another. */
  readonly rules: readonly string[];
  readonly endedAfter: Date;
}

/** What the store knows for a decision, beside the status of the sites. All of one snapshot. */
export interface Look {
  /** When each of `rules` was first looked at in this database: what began before is no news. */
  readonly started: Readonly<Record<string, Date>>;
  /** By the store's clock. */
  readonly now: Date;
  readonly recent: readonly RecentChecks[];
  /** Ended incidents of `changed`. */
  readonly ended: readonly Incident[];
  /** Open ones, and those that ended after `endedAfter`. */
  readonly alerts: readonly Alert[];
  /** That last now, or ended after `endedAfter`. */
  readonly mutes: readonly Mute[];
}

/** What a decision changes; written as one transaction. */
export interface Decision {
  /**
   * New alerts, and open ones in their new form (suppression, detail, reminders, end). One that has
   * ended is left as it is, and so is what people acknowledged. Where `suppressed_by` is set, what
   * fires or reminds and nobody can have been told yet is suppressed; where the alert ends, it is
   * superseded, and `resolved` with it where a channel cannot have been told anything.
   */
  readonly alerts: readonly Alert[];
  /**
   * New messages; one whose id exists is left as it is, unless it was suppressed: it is then told
   * after all. An alert that ends has a `resolved` for each of its `channels`.
   */
  readonly messages: readonly AlertMessage[];
}

export interface ClaimOptions {
  /** Of channels whose deliveries have fewer messages than {@linkcode DELIVERY_MESSAGES_MAX}. */
  readonly limits?: ReadonlyMap<string, number>;
  /** Channels that are not to wait though they refused: their configuration may have changed. */
  readonly untried?: readonly string[];
}

/** For the thread that decides and sends. Rejects with the errors of store.ts, and stays usable. */
export interface AlertStore {
  /**
   * True while this is the store that decides: for {@linkcode LEAD_MS} after each call, so that
   * another process takes over when no call comes, and at once after `close()`.
   */
  lead(): Promise<boolean>;
  look(options: LookOptions): Promise<Look>;
  /** Only as the leader: rejects with StoreUnavailableError, and writes nothing, when it is no longer. */
  write(decision: Decision): Promise<void>;
  /**
   * Deliveries that are due, one a channel, leased for `leaseMs`: no other process gets them
   * meanwhile. Nothing of a channel that is to be tried later. Of an alert, a message comes to a
   * channel only after those before it have ended. Ends what is older than
   * {@linkcode MESSAGE_EXPIRES_MS}, of every channel.
   */
  claim(
    channels: readonly string[],
    leaseMs: number,
    options?: ClaimOptions,
  ): Promise<readonly Delivery[]>;
  /**
   * Notes what came of an attempt, also when it was leased away meanwhile. Supersedes, as `write()`
   * does, what is now known to have told nobody.
   */
  settle(attempt: Attempt): Promise<void>;
  close(): Promise<void>;
}

/** Selects alerts. */
export interface AlertFilter {
  readonly site?: string;
  /** Open ones alone. */
  readonly isOpen?: boolean;
  /** What lasted then, or later. */
  readonly since?: Date;
  /** Those that follow this one, in their order. */
  readonly after?: Pick<Alert, "began_at" | "id">;
  /** The newest so many. */
  readonly limit: number;
}

/** What `sitemon audit --alerts` proves: messages are the sum of their ends and of what is pending. */
export interface MessageSums {
  readonly messages: number;
  readonly states: Readonly<Record<MessageState, number>>;
  /** Channels of alerts that fired without a message of their beginning. */
  readonly unmade: number;
  /** Channels that may have been told of a beginning, and have no message of the end of its alert. */
  readonly untoldEnds: number;
  /** Ends told, or to be told, without a beginning. */
  readonly untoldBeginnings: number;
}

/** A message and what became of it. */
export interface KeptMessage extends Omit<AlertMessage, "alert"> {
  readonly alert_id: string;
  readonly state: MessageState;
  readonly attempts: number;
  /** Of the last attempt; `null` when there was none, or it succeeded. */
  readonly error: string | null;
  /** When it was delivered, or had another end. */
  readonly settled_at: Date | null;
}

/** For people: `sitemon alerts`, `sitemon maintenance`, and the page, which only reads. */
export interface AlertRecords {
  /** The newest first, by beginning and id. */
  alerts(filter: AlertFilter): Promise<readonly Alert[]>;
  /** Messages of these alerts, in their order, with their ends. */
  messages(alerts: readonly string[]): Promise<readonly KeptMessage[]>;
  channels(): Promise<readonly ChannelState[]>;
  /** Resolves to the open alert that is now acknowledged; none when it is not open. */
  acknowledge(alert: string, author: string, reason: string): Promise<readonly Alert[]>;
  /**
   * Those that last or are to come, and those that ended after `since`: the earliest, at most
   * {@linkcode MUTES_MAX}.
   */
  mutes(since: Date): Promise<readonly Mute[]>;
  /**
   * Adds a mute, or changes the one with its id, the past included. Resolves to false, and changes
   * nothing, when {@linkcode MUTES_ADDED_MAX} last or are to come.
   */
  putMute(mute: Mute): Promise<boolean>;
  /** Replaces the configured windows of planned work by these, but for what has passed. */
  putPlan(windows: readonly Mute[]): Promise<void>;
  sums(): Promise<MessageSums>;
  close(): Promise<void>;
}
