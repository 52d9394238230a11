/**
 * The sites that this producer has a lease on, where producers share them as a group: asked of the
 * relay thread, which is a member of the group, twice a second.
 *
 * A lease is counted from the scanner's own question, never from the answer: an answer may have
 * waited in the port while the process was stopped.
 */
import type { Site } from "../../config/site.ts";
import { type Clock, elapsedMs, type Instant, instantOf } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { partitionOf } from "./site_hash.ts";

/** How soon a change in the group is known here. */
export const ASK_MS = 500;

/** To the relay: which partitions are leased, and until when? */
export interface ShareQuestion {
  readonly asked: Instant;
}

/** From the relay. */
export interface ShareAnswer extends ShareQuestion {
  /** Each leased partition, and for how long it has been. */
  readonly partitions: readonly (readonly [partition: number, heldMs: number])[];
  /** How many partitions there are to share; 0 before the group has assigned any. */
  readonly of: number;
  /** How long the lease lasts, from the question on. */
  readonly leftMs: number;
}

export interface SiteShareOptions {
  readonly location: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The label `thread` of its metric. */
  readonly thread: string;
  /** Takes the leased sites, and the monotonic times since when they are. */
  readonly assign: (sites: readonly Site[], since: ReadonlyMap<string, number>) => void;
}

const NOTHING: ShareAnswer = {
  asked: { monotonicMs: 0, wallMs: 0 },
  partitions: [],
  of: 0,
  leftMs: 0,
};
const log = logger("scanner");

/** There is no lease before the first answer. */
export class SiteShare {
  readonly #options: SiteShareOptions;
  #sites: readonly Site[] = [];
  #since: ReadonlyMap<string, number> = new Map();
  #answer = NOTHING;
  #port: MessagePort | undefined;
  #cancelAsking = () => {};
  #mightCheck = false;

  constructor(options: SiteShareOptions) {
    this.#options = options;
  }

  /** True while the lease lasts: nobody else checks the sites. */
  get mayCheck(): boolean {
    const { asked, leftMs } = this.#answer;
    return elapsedMs(asked, this.#options.clock) < leftMs;
  }

  /** Asks the relay at the other end from now on. */
  connect(port: MessagePort): void {
    this.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<ShareAnswer>) => this.#onAnswer(data);
    this.#ask();
  }

  /** The sites that all members share, and the monotonic times at which reloads brought some of them. */
  setSites(sites: readonly Site[], since: ReadonlyMap<string, number>): void {
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
    this.#logChange();
    const question: ShareQuestion = { asked: instantOf(this.#options.clock) };
    this.#port?.postMessage(question);
    this.#cancelAsking = this.#options.clock.after(ASK_MS, () => this.#ask());
  }

  #onAnswer(answer: ShareAnswer): void {
    // Of a relay that was just started: its predecessor's lease lasts until its end.
    if (answer.of === 0 && this.mayCheck) return;
    const before = this.#answer;
    this.#answer = answer;
    if (numbersOf(before) !== numbersOf(answer)) this.#assign();
    this.#logChange();
  }

  #assign(): void {
    const { clock, location, telemetry, thread, assign } = this.#options;
    const { partitions, of } = this.#answer;
    const nowMs = clock.monotonicMs();
    const heldSince = new Map(partitions.map(([partition, ms]) => [partition, nowMs - ms]));
    const since = new Map<string, number>();
    const held = this.#sites.filter(({ name }) => {
      const sinceMs = heldSince.get(partitionOf(name, location, of));
      if (sinceMs === undefined) return false;
      since.set(name, Math.max(sinceMs, this.#since.get(name) ?? 0));
      return true;
    });
    telemetry.set("sitemon_group_sites", held.length, { thread });
    const counts = { held: held.length, all: this.#sites.length };
    log.info("share assigned: {held} of {all} sites", counts);
    assign(held, since);
  }

  #logChange(): void {
    const { mayCheck } = this;
    if (mayCheck === this.#mightCheck) return;
    this.#mightCheck = mayCheck;
    if (mayCheck) log.info("lease acquired; checking this producer's share of the sites");
    else log.warn("lease expired; no checks until the group renews it");
  }
}

function numbersOf({ partitions, of }: ShareAnswer): string {
  return `${partitions.map(([partition]) => partition)} of ${of}`;
}
