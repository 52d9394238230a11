/** The way of a check: its visits from the site's url along the redirects to where they end. */
import type { Site } from "../../config/site.ts";
import type { CheckContext } from "../check_context.ts";
import { redirectedPlan, redirectTarget, requireFollowable } from "./redirect.ts";
import { withoutCredentials } from "./request.ts";
import { VisitError } from "./visit_error.ts";
import { type Visit, visit, type VisitPlan } from "./visit.ts";

/** The visits of one check. */
export interface Journey {
  /** Those that were answered with a redirect that was followed. */
  readonly hops: readonly Visit[];
  readonly last: Visit;
  /** The plan of the last visit. */
  readonly plan: VisitPlan;
  /** Where it ended, or would have gone on to; `undefined` when nothing redirected it. */
  readonly finalUrl: URL | undefined;
  /** Why there is no whole answer. */
  readonly failure: VisitError | undefined;
}

interface Step {
  readonly plan?: VisitPlan;
  readonly target?: URL;
  readonly failure?: VisitError;
}

/** Visits a site, and follows where it redirects to; it ends when the signal aborts. */
export async function travel(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Journey> {
  const hops: Visit[] = [];
  let plan = context.firstVisits.planOf(site);
  while (true) {
    const last = await visit(plan, context, signal);
    const step = nextStep({ site, plan, last, hopCount: hops.length }, context);
    if (step.plan === undefined) {
      const finalUrl = step.target ?? (hops.length > 0 ? withoutCredentials(plan.url) : undefined);
      return { hops, last, plan, finalUrl, failure: last.failure ?? step.failure };
    }
    hops.push(last);
    plan = step.plan;
  }
}

interface Stop {
  readonly site: Site;
  readonly plan: VisitPlan;
  readonly last: Visit;
  readonly hopCount: number;
}

/** What follows a visit: another one, or the end with its cause. */
function nextStep({ site, plan, last, hopCount }: Stop, context: CheckContext): Step {
  // Who follows no redirects judges the redirect itself.
  if (last.failure !== undefined || last.head === undefined || site.redirectsMax === 0) return {};
  let target: URL | undefined;
  try {
    target = redirectTarget(last.head, plan.url);
    if (target === undefined) return {};
    const { permittedHosts } = context;
    const { allowsDowngrade = false } = site;
    requireFollowable(plan.url, target, { permittedHosts, allowsDowngrade });
    requireHopsLeft(target, hopCount, site.redirectsMax);
    return { plan: redirectedPlan(plan, target, last.head.status) };
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    return { failure: error, ...(target === undefined ? {} : { target }) };
  }
}

function requireHopsLeft(target: URL, hopCount: number, redirectsMax: number): void {
  if (hopCount < redirectsMax) return;
  throw new VisitError(
    "redirect_loop",
    `Cannot follow the redirect to ${target.href} as there must be at most ${redirectsMax}: ` +
      'this is one more; raise "redirects"',
  );
}
