/** Where a response redirects a check to, by the rules of fetch and of the configuration. */
import type { Site } from "../../config/site.ts";
import { isSecretHeader } from "../../config/secret_header.ts";
import { notNamed, type PermittedHosts } from "../reach/permitted_hosts.ts";
import { withoutCredentials } from "./request.ts";
import { VisitError } from "../connection/failure.ts";
import { valuesOf } from "./response_parser.ts";
import type { HttpVisit } from "./http_visit.ts";
import { routeTo, type VisitPlan } from "./visit_plan.ts";

const REDIRECTS = [301, 302, 303, 307, 308];

/** What the rules of fetch drop together with the body. */
const BODY_HEADERS = ["type", "encoding", "language", "location", "length"]
  .map((name) => `content-${name}`);

/** Where a visit was redirected to. */
export interface Redirect {
  /** The plan of the next visit; absent when the redirect is not followed. */
  readonly plan?: VisitPlan;
  /** Absent when there is no such url. */
  readonly target?: URL;
  /** Why the redirect is not followed. */
  readonly failure?: VisitError;
}

/**
 * What follows a visit, `hopCount` redirects after the first one; `undefined` when it ends the
 * attempt, redirect or not.
 */
export function redirectOf(
  { plan, head, failure }: Pick<HttpVisit, "plan" | "head" | "failure">,
  site: Pick<Site, "redirectsMax" | "allowsDowngrade">,
  { permittedHosts, hopCount }: {
    readonly permittedHosts: PermittedHosts;
    readonly hopCount: number;
  },
): Redirect | undefined {
  // Who follows no redirects judges the redirect itself.
  if (failure !== undefined || head === undefined || site.redirectsMax === 0) return undefined;
  if (!REDIRECTS.includes(head.status)) return undefined;
  // A proxy and the server behind it may both name the target.
  const [location, other] = new Set(valuesOf(head.headers, "location"));
  if (location === undefined) return undefined;
  const target = other === undefined
    ? targetOf(location, plan.url)
    : new VisitError("protocol", "conflicting Location headers");
  if (target instanceof VisitError) return { failure: target };
  const refusal = refusalOf(plan.url, target, { ...site, permittedHosts }) ??
    loopOf(target, hopCount, site.redirectsMax);
  if (refusal !== undefined) return { target, failure: refusal };
  return { target, plan: redirectedPlan(plan, target, head.status) };
}

function targetOf(location: string, from: URL): URL | VisitError {
  // A byte that is not ASCII goes back as it came, whatever encoding the server had in mind.
  const text = location.replaceAll(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const target = URL.parse(text, from);
  if (target === null) return new VisitError("protocol", `redirect to an invalid URL "${text}"`);
  return withoutCredentials(target);
}

/** Why a check may not go from one url to the other. */
function refusalOf(
  from: URL,
  target: URL,
  { allowsDowngrade = false, permittedHosts }: Pick<Site, "allowsDowngrade"> & {
    readonly permittedHosts: PermittedHosts;
  },
): VisitError | undefined {
  const refused = `redirect to ${target.href} not followed`;
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    return new VisitError("blocked_by_policy", `${refused}: neither http nor https`);
  }
  if (target.port === "0") return new VisitError("protocol", `${refused}: no server has port 0`);
  if (from.protocol === "https:" && target.protocol === "http:" && !allowsDowngrade) {
    const remedy = "to follow it, set redirects.allow_downgrade";
    return new VisitError("redirect_refused", `${refused}: it leaves https for http; ${remedy}`);
  }
  if (permittedHosts.permits(target)) return undefined;
  return new VisitError("blocked_by_policy", `${refused}: ${notNamed(target.host)}`);
}

function loopOf(target: URL, hopCount: number, redirectsMax: number): VisitError | undefined {
  if (hopCount < redirectsMax) return undefined;
  const followed = `${redirectsMax} ${redirectsMax === 1 ? "redirect" : "redirects"}`;
  const text = `more than ${followed}, the next one to ${target.href}`;
  return new VisitError("redirect_loop", `${text}; raise "redirects" to follow more`);
}

/**
 * The next visit: the method and body that the status asks for, and no secrets for another origin.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function redirectedPlan(plan: VisitPlan, target: URL, status: number): VisitPlan {
  const url = new URL(target);
  const isSameOrigin = url.origin === plan.url.origin;
  if (isSameOrigin) {
    url.username = plan.url.username;
    url.password = plan.url.password;
  }
  const asked = becomesGet(plan.method, status) ? asGet(plan) : plan;
  const next = { ...asked, ...routeTo(url, { ...asked, ...asked.tcp }) };
  return isSameOrigin ? next : withoutSecrets(next);
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return method === "POST" && (status === 301 || status === 302);
}

function asGet({ body: _, ...plan }: VisitPlan): VisitPlan {
  const headers = filter(plan.headers, (name) => !BODY_HEADERS.includes(name));
  return { ...plan, method: "GET", headers };
}

/** Without what is for one origin alone: credentials, and the name of its host. */
function withoutSecrets({ auth: _, ...plan }: VisitPlan): VisitPlan {
  const { insecure, ca } = plan.tls;
  const tls = { insecure, ...(ca === undefined ? {} : { ca }) };
  const isTold = (name: string) => name !== "host" && !isSecretHeader(name);
  return { ...plan, tls, headers: filter(plan.headers, isTold) };
}

function filter(headers: VisitPlan["headers"], isKept: (name: string) => boolean) {
  const kept = Object.entries(headers).filter(([name]) => isKept(name.toLowerCase()));
  return Object.fromEntries(kept);
}
