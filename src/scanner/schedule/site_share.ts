/**
 * The share of the sites that is a producer's own, where producers share them as a group: asked of
 * the relay thread, which is a member of the group, twice a second.
 *
 * The scanner asks and is answered, rather than being told, so that what it may count on begins with
 * its own question: an answer that lay in the port while the process was stopped is old.
 */
import type { Site } from "../../config/site.ts";
import type { Clock } from "../../runtime/clock.ts";
import { elapsedMs, type Instant, instantOf } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { partitionOf } from "./site_hash.ts";

/** How soon a change in the group is known here. */
export const ASK_MS = 500;

/** To the relay: what is held? */
export interface ShareQuestion {
  readonly asked: Instant;
}

/** From the relay. */
export interface ShareAnswer extends ShareQuestion {
  /** Each partition that is held, and for how long. */
  readonly partitions: readonly (readonly [partition: number, heldMs: number])[];
  /** How many partitions there are to share; 0 when the group has not told yet. */
  readonly of: number;
  /** For how long from the question nobody else was given them. */
  readonly leftMs: number;
}

export interface SiteShareOptions {
  readonly location: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The label `thread` of its metric. */
  readonly thread: string;
  /** Takes the sites that are held, and the monotonic times since when. */
  readonly assign: (sites: readonly Site[], since: Readonly<Record<string, number>>) => void;
}

const NOTHING: ShareAnswer = {
  asked: { monotonicMs: 0, wallMs: 0 },
  partitions: [],
  of: 0,
  leftMs: 0,
};
const log = logger("scanner");

/** Nothing is held before the first answer. */
export class SiteShare {
  readonly #options: SiteShareOptions;
  #sites: readonly Site[] = [];
  #since: Readonly<Record<string, number>> = {};
  #answer = NOTHING;
  #port: MessagePort | undefined;
  #cancelAsking = () => {};
  #mightCheck = false;

  constructor(options: SiteShareOptions) {
    this.#options = options;
  }

  /** True while it is certain that nobody else was given the sites that are held. */
  get mayCheck(): boolean {
    const { asked, leftMs } = this.#answer;
    return elapsedMs(asked, this.#options.clock) < leftMs;
  }

  /** Asks the relay at the other end from now on. */
  connect(port: MessagePort): void {
    this.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<ShareAnswer>) => this.#hear(data);
    this.#ask();
  }

  /** The sites that all members share, and the monotonic times at which reloads brought some of them. */
  setSites(sites: readonly Site[], since: Readonly<Record<string, number>>): void {
    this.#sites = sites;
    this.#since = since;
    this.#assign();
  }

  /** Asks no more; repeating it is harmless. */
  close(): void {
    this.#cancelAsking();
    this.#port?.close();
    this.#port = undefined;
  }

  #ask(): void {
    this.#tellChange();
    const question: ShareQuestion = { asked: instantOf(this.#options.clock) };
    this.#port?.postMessage(question);
    this.#cancelAsking = this.#options.clock.after(ASK_MS, () => this.#ask());
  }

  #hear(answer: ShareAnswer): void {
    // Of a relay that follows another: for the group the former one holds its share until its end.
    if (answer.of === 0 && this.mayCheck) return;
    const before = this.#answer;
    this.#answer = answer;
    if (numbersOf(before) !== numbersOf(answer)) this.#assign();
    this.#tellChange();
  }

  #assign(): void {
    const { clock, location, telemetry, thread, assign } = this.#options;
    const { partitions, of } = this.#answer;
    const nowMs = clock.monotonicMs();
    const heldSince = new Map(partitions.map(([partition, ms]) => [partition, nowMs - ms]));
    const since: Record<string, number> = {};
    const held = this.#sites.filter(({ name }) => {
      const sinceMs = heldSince.get(partitionOf(name, location, of));
      if (sinceMs === undefined) return false;
      since[name] = Math.max(sinceMs, this.#since[name] ?? 0);
      return true;
    });
    telemetry.set("sitemon_group_sites", held.length, { thread });
    log.info("Checks {held} of {all} sites as its share", {
      held: held.length,
      all: this.#sites.length,
    });
    assign(held, since);
  }

  #tellChange(): void {
    const { mayCheck } = this;
    if (mayCheck === this.#mightCheck) return;
    this.#mightCheck = mayCheck;
    if (mayCheck) log.info("Checks its share of the sites, as the group has said that it may");
    else log.warn("Checks no sites until the group says again that it may");
  }
}

function numbersOf({ partitions, of }: ShareAnswer): string {
  return `${partitions.map(([partition]) => partition)} of ${of}`;
}
