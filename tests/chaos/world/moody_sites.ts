/** Sites on this machine whose moods change by themselves: up, down, slow, or cut off. */
import type { Chance } from "../chance.ts";
import { serveLocally } from "../../support/local_server.ts";
import { pause } from "../../support/waiting.ts";

export type MoodySites = ReturnType<typeof startMoodySites>;

const MOODS = ["up", "up", "up", "broken", "slow", "missing"] as const;
/** A mood lasts for at most so many visits. */
const VISITS_MAX = 30;
/** Below the check's timeout, above what counts as at once. */
const SLOW_MS = 300;

interface Mood {
  name: typeof MOODS[number];
  visitsLeft: number;
}

/** They answer until they are disposed of; `url()` is where a site is. */
export function startMoodySites(chance: Chance) {
  const moods = new Map<string, Mood>();
  const server = serveLocally(async (request) => {
    const mood = moodOf(moods, new URL(request.url).pathname, chance);
    if (mood === "slow") await pause(SLOW_MS);
    return new Response(mood, { status: STATUS[mood] });
  });
  return { ...server, url: (name: string) => `${server.origin}/${name}` };
}

const STATUS = { up: 200, slow: 200, broken: 503, missing: 404 } as const;

function moodOf(moods: Map<string, Mood>, site: string, chance: Chance): Mood["name"] {
  const known = moods.get(site);
  if (known !== undefined && known.visitsLeft-- > 0) return known.name;
  const mood = { name: chance.pick(MOODS), visitsLeft: chance.between(1, VISITS_MAX) };
  moods.set(site, mood);
  return mood.name;
}
