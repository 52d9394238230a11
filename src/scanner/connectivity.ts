/**
 * "Was it us?": urls that show whether this machine has a network at all. A check that fails asks
 * anew, so that its verdict never rests on an answer from before the network went.
 */
import type { Site } from "../config/site.ts";
import { onAbort } from "../runtime/deadline.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { CheckContext } from "./check_context.ts";
import { CheckRun } from "./check_run.ts";
import { probeOf } from "./probes.ts";

/** Time that a round may take: a failed check waits for it, beyond its own timeout. */
export const ROUND_MS_MAX = 2_000;

/** However many checks fail, the urls are asked once in this time. */
export const ROUND_GAP_MS = 1_000;

/** For logs and readiness alike. */
const OFFLINE = "no connectivity url answers; failed checks are inconclusive";

export interface ConnectivityOptions {
  /** One of them has to answer, with any status. */
  readonly urls: readonly string[];
  /** Time between two rounds that no check asked for. */
  readonly everyMs: number;
  readonly telemetry: Telemetry;
  /** The label `thread` of its metric. */
  readonly thread: string;
}

/** Asks the urls from `start()` to `stop()`. */
export class Connectivity {
  readonly #options: ConnectivityOptions;
  readonly #context: CheckContext;
  readonly #sites: readonly Site[];
  readonly #stop = new AbortController();
  #round: Promise<void> | undefined;
  #endedAtMs = -Infinity;
  #isOnline = true;
  #cancelTimer = () => {};

  constructor(options: ConnectivityOptions, context: CheckContext) {
    this.#options = options;
    const { certificates: _, ...withoutCertificates } = context;
    this.#context = withoutCertificates;
    this.#sites = options.urls.map(siteOf);
  }

  /** Begins with a round at once. */
  start(): void {
    void this.#ask();
  }

  /** Ends what is under way; repeating it is harmless. */
  stop(): void {
    this.#cancelTimer();
    this.#stop.abort();
  }

  /** True when one of the urls answers now; it takes {@linkcode ROUND_MS_MAX} at most. */
  async isOnline(): Promise<boolean> {
    const { clock } = this.#context;
    if (clock.monotonicMs() - this.#endedAtMs >= ROUND_GAP_MS) await this.#ask();
    return this.#isOnline;
  }

  #ask(): Promise<void> {
    this.#round ??= this.#askAll().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #askAll(): Promise<void> {
    const { clock } = this.#context;
    this.#cancelTimer();
    const enough = new AbortController();
    using _ = onAbort(this.#stop.signal, () => enough.abort());
    const answers = await Promise.all(this.#sites.map(async (site) => {
      const isAnswered = await this.#isAnswered(site, enough.signal);
      if (isAnswered) enough.abort();
      return isAnswered;
    }));
    if (this.#stop.signal.aborted) return;
    this.#endedAtMs = clock.monotonicMs();
    const isOnline = answers.includes(true);
    // A url that could not be asked is no evidence against the network.
    if (isOnline || answers.includes(false)) this.#report(isOnline);
    this.#cancelTimer = clock.after(this.#options.everyMs, () => this.start());
  }

  /** `undefined` when a fault of sitemon or its host kept the url from being asked. */
  async #isAnswered(site: Site, signal: AbortSignal): Promise<boolean | undefined> {
    using run = new CheckRun(this.#context.clock, { timeoutMs: ROUND_MS_MAX, signal });
    try {
      const { isAnswered, failure } = await probeOf(site.url).ask(site, this.#context, run);
      run.throwIfStoodStill();
      if (failure?.reason !== "internal") return isAnswered;
      this.#context.ownFaults.add(site.name, failure);
    } catch (cause) {
      this.#context.ownFaults.add(site.name, cause);
    }
    return undefined;
  }

  #report(isOnline: boolean): void {
    const { telemetry, thread } = this.#options;
    this.#isOnline = isOnline;
    telemetry.set("sitemon_connectivity_up", isOnline ? 1 : 0, { thread });
    const offline = { ok: false, reason: "offline", detail: OFFLINE };
    telemetry.dependency("connectivity", isOnline ? { ok: true } : offline);
  }
}

/** Any answer will do: a redirect is not followed, and no body is asked for. */
function siteOf(url: string): Site {
  return {
    name: url,
    url,
    intervalMs: 0,
    timeoutMs: ROUND_MS_MAX,
    connectTimeoutMs: ROUND_MS_MAX,
    method: "HEAD",
    headers: {},
    redirectsMax: 0,
    bodyBytesMax: 1,
    tls: { insecure: false },
    labels: {},
  };
}
