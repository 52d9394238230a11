/** What is wrong at the moment: sites that fail alike and since about the same time are one cause. */
import type { Reason } from "../../report/outcome.ts";
import type { SiteState } from "../../report/site_state.ts";
import { MINUTE_MS } from "../../runtime/time_units.ts";
import { texts } from "../texts/texts.ts";
import { newestFirst, sinceOf, type WholeSite } from "../../status/whole_sites.ts";

/** Sites that began to fail within this time of each other may have failed together. */
export const TOGETHER_MS = 5 * MINUTE_MS;

export interface Cause {
  readonly state: SiteState;
  /** Such as `Unexpected status 500`. */
  readonly words: string;
  /** When the first of the sites began to fail; undefined when unknown, as of stale sites. */
  readonly since: Date | undefined;
  /** At least one, the newest first. */
  readonly sites: readonly WholeSite[];
}

/** The causes of all sites that are not up: what began last comes first, what has no beginning last. */
export function causesOf(sites: readonly WholeSite[]): Cause[] {
  const alike = Map.groupBy(
    sites.filter(({ state }) => state !== "up"),
    ({ state, lead }) =>
      JSON.stringify([state, causeWords(state, lead.reason, lead.response_code)]),
  );
  const causes = [...alike.values()].flatMap(splitByTime).map((together): Cause => {
    const { state, lead } = together[0]!;
    const words = causeWords(state, lead.reason, lead.response_code);
    return { state, words, since: sinceOf(together.at(-1)!), sites: together };
  });
  return causes.sort((a, b) => newestFirst(a.sites[0]!, b.sites[0]!));
}

/** The newest first, a new part wherever nothing began for {@linkcode TOGETHER_MS}. */
function splitByTime(sites: readonly WholeSite[]): WholeSite[][] {
  const parts: WholeSite[][] = [];
  let beforeMs = NaN;
  for (const site of sites.toSorted(newestFirst)) {
    const sinceMs = sinceOf(site)?.getTime() ?? -Infinity;
    if (sinceMs === beforeMs || beforeMs - sinceMs <= TOGETHER_MS) parts.at(-1)!.push(site);
    else parts.push([site]);
    beforeMs = sinceMs;
  }
  return parts;
}

function causeWords(state: SiteState, reason: Reason | null, code: number | null): string {
  if (state === "stale") return texts().noRecentResult;
  if (reason === null) return texts().states[state];
  return reason === "status" && code !== null
    ? `${texts().reasons.status} ${code}`
    : texts().reasons[reason];
}
