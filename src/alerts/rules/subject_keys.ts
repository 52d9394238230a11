/** Names that follow from what they name, so that what is decided again is the same row. */
import { v5 as uuidOf } from "uuid";
import type { AlertRule } from "../../config/alerts.ts";
import type { Alert, AlertMessage } from "../../status/alert_store.ts";

const NAMESPACE = "0d8d1f5c-6f7a-5d0e-9a53-5b1c2f0e7a44";

/** What an alert is about: of a rule, a kind and a subject, one is open at most. */
export type Subject = Pick<Alert, "rule" | "kind" | "site" | "location">;

export function subjectKey({ rule, kind, site, location }: Subject): string {
  return [rule, kind, site ?? "", location ?? ""].join("\0");
}

export function alertId(subject: Subject, began: Date): string {
  return uuidOf(`${subjectKey(subject)}\0${began.toISOString()}`, NAMESPACE);
}

/** A receiver tells by it what it has, however often it is sent. */
export function messageId(
  alert: string,
  { channel, kind, count }: Pick<AlertMessage, "channel" | "kind" | "count">,
): string {
  return uuidOf(`${alert}\0${channel}\0${kind}\0${count}`, NAMESPACE);
}

/** A rule by what it looks for: what an edited one would have found before is no news. */
export function ruleKey({ name, when, sites, after, locations }: AlertRule): string {
  return uuidOf(JSON.stringify([name, when, sites, after, locations]), NAMESPACE);
}

/** The group of an alert: the labels that a configuration groups by, with their values. */
export function groupKey(
  groupBy: readonly string[],
  { rule, kind, severity, site, location, labels }:
    & Pick<Alert, "rule" | "kind" | "severity" | "site" | "location">
    & { readonly labels: Readonly<Record<string, string>> },
): string {
  const all: Record<string, string | null> = { ...labels, rule, kind, severity, site, location };
  return groupBy.map((name) => {
    const value = Object.hasOwn(all, name) ? all[name] ?? "" : "";
    return `${name}=${JSON.stringify(value)}`;
  }).join(", ");
}
