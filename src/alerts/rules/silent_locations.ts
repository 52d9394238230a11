/** Locations that went silent: a producer that no longer reports, rather than each of its sites. */
import type { Alert } from "../../status/alert_store.ts";
import { type SiteStatus, STALE_GRACE_MS } from "../../status/queries.ts";
import { staleAt } from "./votes.ts";

/** So many stale sites of a location, and at least half of all that it checks, are its producer. */
export const SILENT_SITES_MIN = 50;
/** It is heard of again below half of both; sites with long intervals come last. */
const HEARD_SHARE = 0.5;
/** For so long others may follow, or a parent may be found down, before something is told by itself. */
export const HOLD_MAX_MS = 300_000;

/** Why a place is stale: alone, as the whole location, or that is not known yet. */
export type Silence = "own" | "location" | "held";

export interface LocationState {
  sites: number;
  /** Those that are stale. */
  readonly stale: SiteStatus[];
  /** Its newest check. */
  heard: Date;
  longestSpanMs: number;
  isSilent: boolean;
  /** When it was last heard of again after a silence that was told. */
  back: Date | null;
}

/** All locations, with what was told of them. */
export function locationStates(
  sites: Iterable<readonly SiteStatus[]>,
  alerts: readonly Alert[],
): Map<string, LocationState> {
  const states = new Map<string, LocationState>();
  for (const places of sites) {
    for (const status of places) {
      const { location, checked_at, next_check_ms, stale } = status;
      let state = states.get(location);
      if (state === undefined) {
        const told = { isSilent: false, back: null };
        state = { sites: 0, stale: [], heard: checked_at, longestSpanMs: 0, ...told };
        states.set(location, state);
      }
      state.sites++;
      if (stale) state.stale.push(status);
      if (checked_at > state.heard) state.heard = checked_at;
      if ((next_check_ms ?? 0) > state.longestSpanMs) state.longestSpanMs = next_check_ms!;
    }
  }
  for (const { location, ended_at } of alerts.filter(({ kind }) => kind === "location")) {
    const state = states.get(location!);
    if (state === undefined) continue;
    if (ended_at === null) state.isSilent = true;
    else if (state.back === null || ended_at > state.back) state.back = ended_at;
  }
  for (const state of states.values()) {
    const share = state.isSilent ? HEARD_SHARE : 1;
    const isMany = state.stale.length >= SILENT_SITES_MIN * share;
    const wasSilent = state.isSilent;
    state.isSilent = isMany && state.stale.length * 2 >= state.sites * share;
    if (wasSilent && !state.isSilent) state.back = state.heard;
  }
  return states;
}

/**
 * A site of a large location that has said nothing since the site's check was due is not told by
 * itself at once: the others turn stale within the longest of their intervals. Nor is one that is not
 * yet back when its location is.
 */
export function silenceOf(
  status: SiteStatus,
  { location, now }: { readonly location: LocationState; readonly now: Date },
): Silence {
  if (location.isSilent) return "location";
  const stale = staleAt(status);
  if (location.sites < SILENT_SITES_MIN || stale === undefined) return "own";
  const dueMs = status.checked_at.getTime() + (status.next_check_ms ?? 0) + STALE_GRACE_MS;
  const holdMs = Math.min(location.longestSpanMs, HOLD_MAX_MS);
  const isQuiet = location.heard.getTime() <= dueMs;
  if (isQuiet && now.getTime() < stale.getTime() + holdMs) return "held";
  const { back } = location;
  const isLate = back !== null && status.checked_at < back;
  return isLate && now.getTime() < back.getTime() + holdMs ? "held" : "own";
}
