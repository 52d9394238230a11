/** What `alerts` of a configuration asks for, with all defaults, in the program's units. */
import type { SiteMatcher } from "../runtime/matches_site.ts";
import type { KafkaConfig } from "./schema/kafka_schema.ts";
import type { SiteTls } from "./site.ts";

/** What a rule looks for. `location` is a producer that went silent: many of its sites went stale together. */
export const ALERT_CONDITIONS = [
  "down",
  "degraded",
  "stale",
  "inconclusive",
  "certificate_soon",
  "location",
] as const;
export type AlertCondition = (typeof ALERT_CONDITIONS)[number];

export const SEVERITIES = ["critical", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How long a condition holds before it counts: so many of the newest checks, or for so long. */
export type Confirmation =
  | { readonly checks: number; readonly of: number }
  | { readonly forMs: number };

/** So many of a site's locations, at least `count` of at least `of` fresh ones. */
export interface Quorum {
  readonly count: number;
  readonly of: number;
}

export interface AlertRule {
  /** Unique. */
  readonly name: string;
  readonly when: readonly AlertCondition[];
  readonly severity: Severity;
  /** All sites when absent. */
  readonly sites?: SiteMatcher;
  readonly after: Confirmation;
  readonly recoverAfter: Confirmation;
  /** Any one location when absent. */
  readonly locations?: Quorum;
  /** Never when absent. */
  readonly remindMs?: number;
  /** Names of channels. */
  readonly channels: readonly string[];
}

/** An HTTP receiver; the url is a secret with most vendors. */
export interface HttpTarget {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: SiteTls;
}

/** What a channel's own file in `alerts/channels/` understands, by its kind. */
export interface ChannelTargets {
  readonly webhook: HttpTarget & {
    /** The key as Standard Webhooks writes it: Base64, with or without `whsec_` before it. */
    readonly secret?: string;
  };
  /** Of the members of a cluster. */
  readonly alertmanager: { readonly urls: readonly string[] };
  readonly pagerduty: { readonly routingKey: string; readonly url: string };
  readonly slack: HttpTarget;
  readonly mattermost: HttpTarget;
  readonly discord: HttpTarget;
  readonly teams: HttpTarget;
  readonly ntfy: HttpTarget & { readonly token?: string };
  readonly telegram: { readonly token: string; readonly chatId: string; readonly url: string };
  /** The url is that of its alerts, such as `https://api.opsgenie.com/v2/alerts`. */
  readonly opsgenie: { readonly apiKey: string; readonly url: string };
  readonly email: {
    readonly host: string;
    readonly port: number;
    readonly tls: "starttls" | "implicit" | "none";
    /** PEM text of the authorities to trust, in place of Mozilla's. */
    readonly ca?: string;
    readonly username?: string;
    readonly password?: string;
    readonly from: string;
    readonly to: readonly string[];
  };
  readonly kafka: {
    /** `host:port` of brokers. */
    readonly servers: readonly string[];
    readonly topic: string;
    readonly createTopic: boolean;
    readonly clientId: string;
    readonly tls?: SiteTls;
    readonly sasl?: NonNullable<KafkaConfig["sasl"]>;
  };
}

/** Of exactly one kind. */
export type ChannelKind = {
  [Kind in keyof ChannelTargets]: { readonly [K in Kind]: ChannelTargets[Kind] };
}[keyof ChannelTargets];

export type AlertChannel = ChannelKind & { readonly name: string };

/** GETs a url while decisions are made on fresh data: a dead man's switch for sitemon itself. */
export interface Heartbeat {
  readonly url: string;
  readonly everyMs: number;
}

/** Planned work: beginnings at sites that match are not told in it. */
export interface MaintenancePlan {
  readonly name: string;
  readonly sites?: SiteMatcher;
  readonly at:
    | { readonly from: Date; readonly to: Date }
    | { readonly cron: string; readonly durationMs: number; readonly zone: string }
    | {
      readonly rrule: string;
      /** Local time, `2026-11-30T02:00`. */
      readonly start: string;
      readonly durationMs: number;
      readonly zone: string;
    };
}

/** What a page and a terminal take of the rules: how many locations have to find a site in trouble. */
export function quorumsOf(
  alerts: Alerts | undefined,
): { readonly sites?: SiteMatcher; readonly count: number }[] {
  return (alerts?.rules ?? []).flatMap(({ when, sites, locations }) =>
    locations !== undefined && when.some((one) => one === "down" || one === "degraded")
      ? [{ ...(sites && { sites }), count: locations.count }]
      : []
  );
}

export interface Alerts {
  readonly channels: readonly AlertChannel[];
  readonly rules: readonly AlertRule[];
  /** Labels; alerts that agree in them and fire together are one message. */
  readonly groupBy: readonly string[];
  readonly groupWaitMs: number;
  /** Changes of a site within an hour above which it is flapping. */
  readonly flapsMax: number;
  readonly heartbeat?: Heartbeat;
  /** Of the status page, for links in messages. */
  readonly publicUrl?: string;
}
