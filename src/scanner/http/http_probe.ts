/** The probe of HTTP: visits from the site's url along its redirects, and the answer they end with. */
import { RESPONSE_TIME_MAX, URL_LENGTH_MAX } from "../../report/bounds.ts";
import type { Hop } from "../../report/hop.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import { unrecordedTraceparent } from "../../runtime/telemetry/traceparent.ts";
import type { CheckContext } from "../check_context.ts";
import { certificateOf } from "../connection/certificate.ts";
import { makeVisit } from "../connection/make_visit.ts";
import type { Answer, Probe } from "../probe.ts";
import { CookieJar } from "./cookie_jar.ts";
import { exchange } from "./exchange.ts";
import { HttpVisit } from "./http_visit.ts";
import { type Redirect, redirectOf } from "./redirect.ts";
import { withoutCredentials } from "./request.ts";
import type { Headers } from "./response_parser.ts";
import type { VisitPlan } from "./visit_plan.ts";

const NO_HEADERS: Headers = new Map();

/** Asks by HTTP/1.1, plain or over TLS. */
export const httpProbe: Probe = {
  async ask(site, context, run) {
    const { clock, permittedHosts, requests, readBuffers } = context;
    const startMs = clock.monotonicMs();
    const hops: Hop[] = [];
    let plan = requests.planOf(site);
    let cookies: CookieJar | undefined;
    while (true) {
      const visit = new HttpVisit(plan, clock, run.trace?.visit(plan));
      await makeVisit(visit, { context, run }, (stream) => {
        const request = requests.requestOf(visit.plan, traceparentOf(visit));
        return exchange(stream, request, { visit, readBuffers, run });
      });
      const redirect = redirectOf(visit, site, { permittedHosts, hopCount: hops.length });
      if (redirect?.plan === undefined) {
        const tookMs = Math.round(clock.monotonicMs() - startMs);
        const responseTimeMs = Math.min(tookMs, RESPONSE_TIME_MAX);
        const met = certificateOf(visit, site, context, run);
        const certificate = met instanceof Promise ? await met : met;
        return answerOf(visit, redirect, { hops, responseTimeMs, certificate });
      }
      hops.push(hopOf(visit, context));
      cookies ??= new CookieJar(() => clock.nowMicros() / 1_000);
      cookies.take(visit.head!.headers, plan.url);
      plan = withCookies(redirect.plan, cookies);
    }
  },
};

function withCookies({ cookie: _, ...plan }: VisitPlan, cookies: CookieJar): VisitPlan {
  const cookie = cookies.headerFor(plan.url);
  return cookie === undefined ? plan : { ...plan, cookie };
}

function answerOf(
  visit: HttpVisit,
  redirect: Redirect | undefined,
  rest: Pick<Answer, "hops" | "responseTimeMs" | "certificate">,
): Answer {
  const { hops, responseTimeMs, certificate } = rest;
  const { plan, head, timings, remoteAddress, body, isTruncated, unknownCoding } = visit;
  const failure = visit.failure ?? redirect?.failure;
  if (head === undefined && failure === undefined) throw new Error("visit without head or failure");
  const ended = hops.length > 0 ? withoutCredentials(plan.url) : undefined;
  return {
    isAnswered: head !== undefined,
    failure,
    status: head?.status ?? null,
    headers: head?.headers ?? NO_HEADERS,
    body,
    isTruncated,
    unknownCoding,
    responseTimeMs,
    certificate,
    isSecure: plan.isSecure,
    timings,
    hops,
    remoteAddress,
    httpVersion: head?.httpVersion ?? null,
    finalUrl: redirect?.target ?? ended,
  };
}

function hopOf({ plan, head, remoteAddress, timings }: HttpVisit, { redact }: CheckContext): Hop {
  return {
    url: escapeControls(redact(withoutCredentials(plan.url).href), URL_LENGTH_MAX),
    status: head?.status ?? null,
    remote_address: remoteAddress,
    timings,
  };
}

/** What the site is told, if it is to be told; a span that nobody records has a name too. */
function traceparentOf({ plan, trace }: HttpVisit): string | undefined {
  if (!plan.namesSpan) return undefined;
  return trace?.traceparent ?? unrecordedTraceparent();
}
