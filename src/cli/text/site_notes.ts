/** What people said about sites, beside what was found: acknowledged alerts, and planned work. */
import { clockTime, relativeTime } from "../../runtime/relative_time.ts";
import type { Alert } from "../../status/alert_store.ts";
import { announcedOf, type PlannedWork } from "../../status/planned_work.ts";
import type { SiteStories } from "../../threads/store_task/store_task_thread.ts";

/** Work that is named ahead of a table; the rest is counted. */
const WORK_LINES_MAX = 5;
/** Names of sites of a line; the others are counted. */
const NAMES_MAX = 5;

/** What people said about one site. */
export interface SiteNote {
  /** Its newest open alert that somebody acknowledged. */
  readonly acknowledged: Alert | undefined;
  /** What lasts now. */
  readonly work: readonly PlannedWork[];
}

/** By the name of a site. */
export type NoteOf = (site: string) => SiteNote;

export function siteNotes(
  { alerts, work }: Pick<SiteStories, "alerts" | "work">,
  now: Date,
): NoteOf {
  const acknowledged = new Map(
    alerts.toReversed().filter(({ acked_by }) => acked_by !== null).map((one) => [one.site, one]),
  );
  const current = work.filter(({ from }) => from <= now)
    .map((one) => ({ one, sites: one.sites && new Set(one.sites) }));
  return (site) => ({
    acknowledged: acknowledged.get(site),
    work: current.filter(({ sites }) => sites?.has(site) ?? true).map(({ one }) => one),
  });
}

/** `, acked, maintenance`: what follows the outcome in a row. */
export function noteWords({ acknowledged, work }: SiteNote): string {
  return `${acknowledged ? ", acked" : ""}${work.length > 0 ? ", maintenance" : ""}`;
}

/** `by ann 5 min ago: on it`. */
export function acknowledgedText({ acked_by, acked_at, ack_reason }: Alert, now: Date): string {
  const when = acked_at === null ? "" : ` ${relativeTime(acked_at, now)}`;
  return `by ${acked_by}${when}${ack_reason ? `: ${ack_reason}` : ""}`;
}

/** `until 2026-05-01 14:00:00 UTC: Bigger disks`; ahead of it also from when. */
export function workText({ name, from, until }: PlannedWork, now: Date): string {
  const begins = from <= now ? "" : `from ${clockTime(from)} `;
  return `${begins}until ${clockTime(until)} UTC: ${name}`;
}

/** A line for work that lasts or begins within a day, without its line break. */
export function workLines(work: readonly PlannedWork[], now: Date): string[] {
  const near = announcedOf(work, now);
  const lines = near.slice(0, WORK_LINES_MAX).map((one) =>
    `planned work ${workText(one, now)}${namesText(one)}`
  );
  const others = near.length - lines.length;
  return others === 0 ? lines : [...lines, `and ${others} more; sitemon maintenance list`];
}

function namesText({ sites }: PlannedWork): string {
  if (sites === undefined) return " (all sites)";
  const others = sites.length - NAMES_MAX;
  const names = sites.slice(0, NAMES_MAX).join(", ");
  return ` (${names}${others > 0 ? ` and ${others} more` : names === "" ? "no site yet" : ""})`;
}
