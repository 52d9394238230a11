/** What is the same in every check of a site, made once: the plan of its first visit. */
import type { Site } from "../../config/site.ts";
import { TRACEPARENT } from "../../runtime/telemetry/traceparent.ts";
import { requestBytes } from "./request.ts";
import { firstPlan, type VisitPlan } from "./visit_plan.ts";

/** Keeps plans and requests as long as somebody keeps the site. */
export class RequestCache {
  readonly #userAgent: string;
  readonly #plans = new WeakMap<Site, VisitPlan>();
  readonly #requests = new WeakMap<VisitPlan, Uint8Array>();

  constructor(userAgent: string) {
    this.#userAgent = userAgent;
  }

  /** The visit that a site's check begins with. */
  planOf(site: Site): VisitPlan {
    const known = this.#plans.get(site);
    if (known !== undefined) return known;
    const plan = firstPlan(site);
    this.#plans.set(site, plan);
    return plan;
  }

  /**
   * The bytes of a visit's request; kept as long as its plan, unless they name a span, which is
   * another one each time. Throws as {@linkcode requestBytes}.
   */
  requestOf(plan: VisitPlan, traceparent?: string): Uint8Array {
    if (traceparent !== undefined) {
      const headers = { [TRACEPARENT]: traceparent, ...plan.headers };
      return requestBytes({ ...plan, headers }, this.#userAgent);
    }
    const known = this.#requests.get(plan);
    if (known !== undefined) return known;
    const request = requestBytes(plan, this.#userAgent);
    this.#requests.set(plan, request);
    return request;
  }
}
