/**
 * "Was it us?": urls that tell whether this machine has a network at all. A check that fails asks
 * anew, so that its verdict never rests on a look from before the network went.
 */
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { CheckContext } from "./check_context.ts";
import { Deadline, onAbort } from "../runtime/deadline.ts";
import { visit, type VisitPlan } from "./http/visit.ts";

/** Time that a round of looks may take: a failed check waits for it, beyond its own timeout. */
export const ROUND_MS_MAX = 2_000;

/** However many checks fail, the urls are asked once in this time. */
export const ROUND_GAP_MS = 1_000;

export interface ConnectivityOptions {
  /** One of them has to answer, with any status. */
  readonly urls: readonly string[];
  /** Time between two rounds that no check asked for. */
  readonly everyMs: number;
  readonly telemetry: Telemetry;
  /** The label `thread` of its metric. */
  readonly thread: string;
}

/** Looks from `start()` to `stop()`. */
export class Connectivity {
  readonly #options: ConnectivityOptions;
  readonly #context: CheckContext;
  readonly #plans: readonly VisitPlan[];
  readonly #stop = new AbortController();
  #round: Promise<void> | undefined;
  #endedAtMs = -Infinity;
  #isOnline = true;
  #cancelTimer = () => {};

  constructor(options: ConnectivityOptions, context: CheckContext) {
    this.#options = options;
    this.#context = context;
    this.#plans = options.urls.map(planOf);
  }

  /** Begins with a round at once. */
  start(): void {
    void this.#look();
  }

  /** Ends what is under way; repeating it is harmless. */
  stop(): void {
    this.#cancelTimer();
    this.#stop.abort();
  }

  /** True when one of the urls answers now; it takes {@linkcode ROUND_MS_MAX} at most. */
  async isOnline(): Promise<boolean> {
    const { clock } = this.#context;
    if (clock.monotonicMs() - this.#endedAtMs >= ROUND_GAP_MS) await this.#look();
    return this.#isOnline;
  }

  #look(): Promise<void> {
    this.#round ??= this.#lookAtAll().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #lookAtAll(): Promise<void> {
    const { clock } = this.#context;
    this.#cancelTimer();
    using limit = new Deadline(clock, ROUND_MS_MAX);
    const enough = new AbortController();
    using _limit = onAbort(limit.signal, () => enough.abort());
    using _stop = onAbort(this.#stop.signal, () => enough.abort());
    let hasAnswer = false;
    await Promise.all(this.#plans.map(async (plan) => {
      const { head } = await visit(plan, this.#context, enough.signal);
      if (head === undefined) return;
      hasAnswer = true;
      enough.abort();
    }));
    if (this.#stop.signal.aborted) return;
    this.#endedAtMs = clock.monotonicMs();
    this.#tell(hasAnswer);
    this.#cancelTimer = clock.after(this.#options.everyMs, () => this.start());
  }

  #tell(isOnline: boolean): void {
    const { telemetry, thread } = this.#options;
    if (isOnline !== this.#isOnline) logChange(isOnline);
    this.#isOnline = isOnline;
    telemetry.set("sitemon_connectivity_up", isOnline ? 1 : 0, { thread });
    const detail = "None of the urls of connectivity answers: checks that fail are inconclusive";
    const offline = { ok: false, reason: "offline", detail };
    telemetry.dependency("connectivity", isOnline ? { ok: true } : offline);
  }
}

function logChange(isOnline: boolean): void {
  const log = logger("scanner");
  if (isOnline) log.info("A url of connectivity answers again");
  else log.warn("None of the urls of connectivity answers: checks that fail are inconclusive");
}

function planOf(url: string): VisitPlan {
  return {
    url: new URL(url),
    method: "HEAD",
    headers: {},
    connectTimeoutMs: ROUND_MS_MAX,
    tls: { insecure: false },
    bodyBytesMax: 1,
  };
}
