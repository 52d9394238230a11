/** How a site is said to be: its outcome, or that nobody has looked lately. */
import type { Outcome } from "./outcome.ts";

/** `stale` hides the last outcome, which nobody vouches for any more. */
export type SiteState = Outcome | "stale";

/** From the worst. */
export const STATES = ["down", "degraded", "stale", "inconclusive", "up"] as const;

export function stateOf(
  { outcome, stale }: { readonly outcome: Outcome; readonly stale: boolean },
): SiteState {
  return stale ? "stale" : outcome;
}

/** 0 is the worst. */
export function rankOf(state: SiteState): number {
  return STATES.indexOf(state);
}
