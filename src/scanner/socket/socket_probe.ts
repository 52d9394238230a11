/** The probe of what is no HTTP: a connection, TLS if it is asked for, and a dialogue over it. */
import type { Site } from "../../config/site.ts";
import type { CheckContext } from "../check_context.ts";
import type { ByteStream } from "../connection/byte_stream.ts";
import { certificateOf } from "../connection/certificate.ts";
import { brokenOff, VisitError } from "../connection/failure.ts";
import { makeVisit } from "../connection/make_visit.ts";
import { plainAnswer, plainRoute } from "../connection/plain_answer.ts";
import type { Route } from "../connection/route.ts";
import { Visit } from "../connection/visit.ts";
import type { Attempt, Probe } from "../probe.ts";
import { Dialogue } from "./dialogue.ts";
import { endingOf, startTlsPreamble } from "./starttls.ts";

/** Asks by TCP alone or over TLS; what is read is the body. */
export const socketProbe: Probe = {
  async ask(site, context, run) {
    const { clock } = context;
    const startMs = clock.monotonicMs();
    const route = routeOf(site, context);
    const visit = new Visit(route, clock, run.trace?.visit(route));
    const attempt = { site, context, run };
    await makeVisit(visit, attempt, (stream) => speak(stream, visit, attempt));
    const tookMs = clock.monotonicMs() - startMs;
    return plainAnswer(visit, tookMs, await certificateOf(visit, site, context, run));
  },
};

function routeOf(site: Site, context: CheckContext): Route {
  const { tls, startTls } = site;
  const route = plainRoute(new URL(site.url), site);
  return {
    ...route,
    isSecure: route.url.protocol === "tls:" || startTls !== undefined,
    readsCertificate: true,
    ...(startTls && {
      preamble: startTlsPreamble(startTls, tls.serverName ?? route.tcp.host, context),
    }),
  };
}

/** Without steps, what TLS agreed on is all that there is to read. */
async function speak(
  stream: ByteStream,
  visit: Visit,
  { site, context, run }: Attempt,
): Promise<void> {
  const { startTls, steps = endingOf(startTls), bodyBytesMax: bytesMax } = site;
  const isTold = site.steps !== undefined;
  visit.body = new TextEncoder().encode(visit.tlsVersion ?? "");
  if (steps.length === 0) return;
  let hasBegun = false;
  const onRead = () => {
    if (!hasBegun) visit.startPhase("transfer");
    hasBegun = true;
  };
  const form = isTold
    ? { encoding: "utf8", reason: "body" } as const
    : { encoding: "latin1", reason: "protocol" } as const;
  const dialogue = new Dialogue({ ...form, steps, bytesMax, onRead }, context);
  visit.startPhase("first_byte");
  try {
    await dialogue.speak(stream);
  } catch (error) {
    if (run.isOver) throw dialogue.timedOut(run.timeoutMs);
    if (error instanceof VisitError) throw error;
    const { reason, detail } = brokenOff(error);
    throw new VisitError(reason, detail, { cause: error });
  } finally {
    if (isTold) {
      visit.body = dialogue.answers.bytes;
      visit.isTruncated = dialogue.answers.isOverfull;
    }
  }
}
