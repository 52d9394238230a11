/** Sites on this machine whose moods change by themselves: up, down, slow, or cut off. */
import type { Outage } from "../alert_oracle.ts";
import type { Chance } from "../chance.ts";
import { serveLocally } from "../../support/local_server.ts";
import { pause } from "../../support/waiting.ts";

const MOODS = ["up", "up", "up", "broken", "slow", "missing"] as const;
/** A mood lasts for at most so many visits. */
const VISITS_MAX = 30;
/** Below the check's timeout, above what counts as at once. */
const SLOW_MS = 300;
const STATUS = { up: 200, slow: 200, broken: 503, missing: 404 } as const;

interface Mood {
  readonly name: typeof MOODS[number];
  visitsLeft: number;
}

/** They answer until they are disposed of. */
export class MoodySites implements AsyncDisposable {
  readonly outages: Outage[] = [];
  readonly #moods = new Map<string, Mood>();
  /** Those that last, by path. */
  readonly #lasting = new Map<string, Outage>();
  readonly #server = serveLocally((request) => this.#visit(new URL(request.url).pathname));
  #isCalm = false;

  constructor(private readonly chance: Chance) {}

  /** Where a location finds a site. */
  url(location: string, site: string): string {
    return `${this.#server.origin}/${location}/${site}`;
  }

  /** From now on all are up. */
  calm(): void {
    this.#isCalm = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #visit(pathname: string): Promise<Response> {
    const mood = this.#isCalm ? "up" : this.#moodOf(pathname);
    const status = STATUS[mood];
    this.#note(pathname, status === 200);
    if (mood === "slow") await pause(SLOW_MS);
    return new Response(mood, { status });
  }

  #moodOf(site: string): Mood["name"] {
    const known = this.#moods.get(site);
    if (known !== undefined && known.visitsLeft-- > 0) return known.name;
    const { chance } = this;
    const mood = { name: chance.pick(MOODS), visitsLeft: chance.between(1, VISITS_MAX) };
    this.#moods.set(site, mood);
    return mood.name;
  }

  #note(path: string, isUp: boolean): void {
    const lasting = this.#lasting.get(path);
    const nowMs = Date.now();
    if (isUp) return void this.#lasting.delete(path);
    if (lasting !== undefined) return void (lasting.toMs = nowMs);
    const [_, location, site] = path.split("/") as [string, string, string];
    const outage = { location, site, fromMs: nowMs, toMs: nowMs };
    this.outages.push(outage);
    this.#lasting.set(path, outage);
  }
}
