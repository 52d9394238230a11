/** What one location says of one kind of trouble, by its newest checks. */
import type { AlertRule, Confirmation } from "../../config/alerts.ts";
import { type SiteStatus, STALE_GRACE_MS, STALE_SPANS } from "../../status/queries.ts";
import type { RecentCheck } from "../../status/alert_store.ts";

/** Kinds that checks tell of; the others are about checks that are missing. */
export type CheckedKind = "down" | "degraded" | "inconclusive" | "certificate_soon";

/** `undecided` as long as neither the trouble nor its end is confirmed. */
export type Vote = {
  readonly says: "yes" | "no";
  /** When what it says began, by its checks. */
  readonly since: Date;
} | { readonly says: "undecided" };

const UNDECIDED: Vote = { says: "undecided" };

/** A place with its newest checks, newest first; the status itself where none were read yet. */
export interface CheckedPlace {
  readonly status: SiteStatus;
  readonly checks: readonly RecentCheck[];
}

/**
 * The newest checks decide: those that say something, since an inconclusive one is no reason to call a
 * site up or down.
 */
export function voteOf(
  kind: CheckedKind,
  { status, checks }: CheckedPlace,
  { rule, now }: { readonly rule: AlertRule; readonly now: Date },
): Vote {
  const saying = checks.map((check) => ({ is: saysOf(kind, check, rule), at: check.checked_at }))
    .filter(({ is }) => is !== undefined);
  const is = saying[0]?.is;
  if (is === undefined) return UNDECIDED;
  const other = saying.findIndex((check) => check.is !== is);
  const run = other < 0 ? saying : saying.slice(0, other);
  const oldest = run.at(-1)!.at;
  // All that was read says so: it may have begun before.
  const { since } = status;
  const isWhole = other < 0 && since !== null && saysOf(kind, status, rule) === is;
  const began = isWhole && since < oldest ? since : oldest;
  const confirmation = is ? rule.after : rule.recoverAfter;
  if ("forMs" in confirmation) {
    const isConfirmed = now.getTime() - began.getTime() >= confirmation.forMs;
    return isConfirmed ? { says: is ? "yes" : "no", since: began } : UNDECIDED;
  }
  const same = saying.slice(0, confirmation.of).filter((check) => check.is === is);
  if (same.length < confirmation.checks) return UNDECIDED;
  const first = same.at(-1)!.at;
  return { says: is ? "yes" : "no", since: first < began ? first : began };
}

/** Whether a check finds the trouble; undefined when it says nothing of it, as when it found worse. */
function saysOf(
  kind: CheckedKind,
  { outcome, reason }: Pick<RecentCheck, "outcome" | "reason">,
  { when }: AlertRule,
): boolean | undefined {
  switch (kind) {
    case "down":
      return outcome === "inconclusive" ? undefined : outcome === "down";
    case "inconclusive":
      return outcome === "inconclusive";
    case "certificate_soon":
      return reason === "certificate_soon" || (outcome === "up" ? false : undefined);
    case "degraded": {
      const isOther = reason === "certificate_soon" && when.includes("certificate_soon");
      return outcome === "degraded" && !isOther || (outcome === "up" ? false : undefined);
    }
  }
}

/** When a place that says nothing more turns stale; undefined for one whose reports say no span. */
export function staleAt({ checked_at, next_check_ms }: SiteStatus): Date | undefined {
  if (next_check_ms === null) return undefined;
  return new Date(checked_at.getTime() + STALE_SPANS * next_check_ms + STALE_GRACE_MS);
}

/** How many checks a confirmation looks at. */
export function checksOf(confirmation: Confirmation): number {
  return "forMs" in confirmation ? 1 : confirmation.of;
}
