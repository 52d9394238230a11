/** How many sites are how, in one line: what is left on the screen below a table that is longer. */
import { stateOf, STATES } from "../../report/site_state.ts";
import type { SiteStatus } from "../../status/store.ts";

/** `46 sites: 2 down, 1 stale, 43 up`. A stale site counts as that alone: nobody knows how it is. */
export function statusSummary(statuses: readonly SiteStatus[]): string {
  const states = statuses.map(stateOf);
  const counts = STATES.map((state) => ({
    state,
    count: states.filter((one) => one === state).length,
  })).filter(({ count }) => count > 0);
  const sites = states.length === 1 ? "1 site" : `${states.length} sites`;
  return `${sites}: ${counts.map(({ state, count }) => `${count} ${state}`).join(", ")}`;
}
