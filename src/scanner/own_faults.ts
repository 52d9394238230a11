/**
 * Faults of sitemon and of its host that kept checks from saying anything about their sites: logged
 * once a minute, and in readiness until a minute has passed without one.
 */
import type { Clock } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { MINUTE_MS } from "../runtime/time_units.ts";
import { failureOf } from "./connection/failure.ts";

/** What is known of such faults in one scanner. */
export class OwnFaults {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  #lastMs = -Infinity;
  #loggedMs = -Infinity;
  #unlogged = 0;
  #isReported = false;

  constructor(clock: Clock, telemetry: Telemetry) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  /** A check of this site was inconclusive by such a fault. */
  add(site: string, cause: unknown): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lastMs = nowMs;
    this.#isReported = true;
    const { detail } = failureOf(cause);
    this.#telemetry.dependency("scanner", { ok: false, reason: "internal", detail });
    this.#unlogged++;
    if (nowMs - this.#loggedMs < MINUTE_MS) return;
    logger("scanner").error(
      "checks inconclusive by a fault of sitemon or its host: {count}, the last of site {site}: {cause}",
      { count: this.#unlogged, site, cause },
    );
    this.#loggedMs = nowMs;
    this.#unlogged = 0;
  }

  /** A check said something about its site. */
  addNone(): void {
    if (!this.#isReported || this.#clock.monotonicMs() - this.#lastMs < MINUTE_MS) return;
    this.#isReported = false;
    this.#telemetry.dependency("scanner", { ok: true });
    logger("scanner").info(
      "no check inconclusive by a fault of sitemon or its host for a minute; not logged before: {count}",
      { count: this.#unlogged },
    );
    this.#unlogged = 0;
  }
}
