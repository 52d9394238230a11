/** Where a response sends a check next, by the rules of fetch and of the configuration: pure. */
import { Buffer } from "node:buffer";
import { isSecretHeader } from "../../config/credentials.ts";
import { notNamed, type PermittedHosts } from "../reach/permitted_hosts.ts";
import { withoutCredentials } from "./request.ts";
import type { ResponseHead } from "./response_parser.ts";
import { VisitError } from "./visit_error.ts";
import type { VisitPlan } from "./visit.ts";

const REDIRECTS = [301, 302, 303, 307, 308];

/** What the rules of fetch drop together with the body. */
const BODY_HEADERS = [
  "content-type",
  "content-encoding",
  "content-language",
  "content-location",
  "content-length",
];

/** The url that a response redirects to; `undefined` when it does not. */
export function redirectTarget(head: ResponseHead, from: URL): URL | undefined {
  const location = head.headers.get("location");
  if (!REDIRECTS.includes(head.status) || location === undefined) return undefined;
  // Header bytes are read as Latin-1; what servers mean by other letters is UTF-8.
  const text = Buffer.from(location, "latin1").toString("utf8");
  const target = URL.parse(text, from);
  if (target === null) {
    throw new VisitError("protocol", `Cannot follow the redirect as it must be a url: "${text}"`);
  }
  return withoutCredentials(target);
}

/** What decides whether a redirect is followed. */
export interface RedirectRules {
  readonly permittedHosts: PermittedHosts;
  /** True when https may be left for http. */
  readonly allowsDowngrade: boolean;
}

/** Throws {@linkcode VisitError} when a check may not go from one url to the other. */
export function requireFollowable(from: URL, target: URL, rules: RedirectRules): void {
  const action = `Cannot follow the redirect to ${target.href}`;
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw new VisitError("blocked_by_policy", `${action} as it must be http or https`);
  }
  if (from.protocol === "https:" && target.protocol === "http:" && !rules.allowsDowngrade) {
    const remedy = "to follow it all the same, set redirects.allow_downgrade";
    throw new VisitError("redirect_refused", `${action} as it leaves https for http; ${remedy}`);
  }
  if (!rules.permittedHosts.permits(target)) {
    throw new VisitError("blocked_by_policy", `${action}: ${notNamed(target.host)}`);
  }
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
  const next = becomesGet(plan.method, status) ? asGet(plan) : plan;
  return isSameOrigin ? { ...next, url } : withoutSecrets({ ...next, url });
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return method === "POST" && (status === 301 || status === 302);
}

function asGet({ body: _, ...plan }: VisitPlan): VisitPlan {
  return {
    ...plan,
    method: "GET",
    headers: filter(plan.headers, (name) => !BODY_HEADERS.includes(name)),
  };
}

/** What one origin is told, and no other one: credentials, and the name of its host. */
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
