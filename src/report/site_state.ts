/** The state of a site that is shown: its outcome, or stale when it has no recent report. */
import type { Outcome } from "./outcome.ts";

/** `stale` hides the last outcome, which may no longer hold. */
export type SiteState = Outcome | "stale";

/** The worst first. */
export const STATES = ["down", "degraded", "stale", "inconclusive", "up"] as const;

export function stateOf(site: { readonly outcome: Outcome; readonly stale: boolean }): SiteState {
  return site.stale ? "stale" : site.outcome;
}

/** 0 is the worst. */
export function rankOf(state: SiteState): number {
  return STATES.indexOf(state);
}

/** A shape beside the color, for readers who are color-blind. */
export const STATE_SHAPES: Readonly<Record<SiteState, string>> = {
  down: "✕",
  degraded: "!",
  stale: "…",
  inconclusive: "?",
  up: "✓",
};
