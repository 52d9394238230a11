/** The probe of name servers: a question, its answer, and the serials of other servers. */
import { Buffer } from "node:buffer";
import type { RecordType } from "../../config/schema/protocols/dns_schema.ts";
import { VisitError } from "../connection/failure.ts";
import { UNKNOWN_CERTIFICATE } from "../connection/known_certificates.ts";
import { makeVisit } from "../connection/make_visit.ts";
import { plainAnswer, plainRoute } from "../connection/plain_answer.ts";
import type { Route } from "../connection/route.ts";
import { Visit } from "../connection/visit.ts";
import type { Answer, Attempt, Probe } from "../probe.ts";
import { Datagrams } from "./datagrams.ts";
import { decodeAnswer, type DnsAnswer, encodeQuery, isTruncated } from "./dns_message.ts";
import { askByTcp, askByUdp } from "./exchange.ts";
import { answersTo, expectAnswers } from "./expect_answers.ts";
import { escaped, MalformedError } from "./message_reader.ts";

/** Bytes of a malformed answer that its snippet shows. */
const SHOWN_BYTES_MAX = 256;

/** A visit, and the answer unless it failed. */
type Asked = readonly [visit: Visit, answer: DnsAnswer | undefined];

/** Asks over UDP, and over TCP for an answer that is longer; what it says as text is the body. */
export const dnsProbe: Probe = {
  async ask(site, context, run) {
    const { clock } = context;
    const url = new URL(site.url);
    const startMs = clock.monotonicMs();
    const [visit, answer] = await askServer(url, { site, context, run });
    const found = plainAnswer(visit, clock.monotonicMs() - startMs, UNKNOWN_CERTIFICATE);
    if (answer === undefined) return found;
    const unmet = expectAnswers(site.expect ?? {}, questionOf(url), answer, context);
    if (unmet.length > 0) return { ...found, unmet };
    return { ...found, ...await expectSerials(url, answer, { site, context, run }) };
  },
};

async function askServer(url: URL, attempt: Attempt): Promise<Asked> {
  const route = plainRoute(url, attempt.site);
  const open = (addresses: readonly string[]) => new Datagrams(route.tcp, addresses);
  const [visit, answer] = await askBy({ ...route, open }, attempt);
  const isCut = answer === undefined && visit.failure === undefined;
  return isCut ? await askBy(route, attempt) : [visit, answer];
}

/** Has neither an answer nor a failure, when a datagram said that the answer is longer. */
async function askBy(route: Route, { context, run }: Attempt): Promise<Asked> {
  const visit = new Visit(route, context.clock, run.trace?.visit(route));
  let answer: DnsAnswer | undefined;
  await makeVisit(visit, { context, run }, async (stream) => {
    const exchange = { query: encodeQuery(questionOf(route.url)), visit, context, run };
    const isUdp = stream instanceof Datagrams;
    const bytes = isUdp ? await askByUdp(stream, exchange) : await askByTcp(stream, exchange);
    if (!isUdp || !isTruncated(bytes)) answer = readAnswer(bytes, visit);
  });
  return [visit, answer];
}

/** As the configuration has written it into the url: `/name?type=TYPE`. */
function questionOf({ pathname, searchParams }: URL) {
  return { name: pathname.slice(1), type: searchParams.get("type") as RecordType };
}

function readAnswer(bytes: Uint8Array, visit: Visit): DnsAnswer {
  try {
    const answer = decodeAnswer(bytes);
    visit.body = Buffer.from(textOf(answer));
    return answer;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    visit.body = Buffer.from(escaped(bytes.subarray(0, SHOWN_BYTES_MAX), "\\"));
    throw new VisitError("protocol", `malformed answer: ${error.message}`, { cause: error });
  }
}

/** Response code and flags, then each record of answer and authority in a line of its own. */
function textOf({ rcode, flags, answers, authority }: DnsAnswer): string {
  const linesOf = (records: DnsAnswer["answers"]) =>
    records.map(({ name, ttl, type, data }) => `${name} ${ttl} IN ${type} ${data}`);
  const inAuthority = authority.length > 0 ? ["authority:", ...linesOf(authority)] : [];
  return [[rcode, ...flags].join(" "), ...linesOf(answers), ...inAuthority].join("\n");
}

/** Other servers must have the same serial; one that cannot be asked is a failure of the attempt. */
async function expectSerials(
  url: URL,
  answer: DnsAnswer,
  attempt: Attempt,
): Promise<Pick<Answer, "unmet"> | Pick<Answer, "failure">> {
  const serialOf = (from: DnsAnswer) => answersTo(questionOf(url), from)[0]?.data.split(" ")[2];
  const expected = serialOf(answer);
  const texts: string[] = [];
  for (const { host, port } of attempt.site.expect?.serialOf ?? []) {
    const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const other = new URL(`dns://${server}${url.pathname}${url.search}`);
    const [{ failure }, found] = await askServer(other, attempt);
    if (found === undefined) {
      const message = `serial of ${server} is unknown: ${failure!.message}`;
      return { failure: { reason: failure!.reason, message } };
    }
    const serial = serialOf(found) ?? `missing (${found.rcode})`;
    if (serial !== expected) texts.push(`serial of ${server} is ${serial}, expected ${expected}`);
  }
  return { unmet: texts.map((text) => ({ reason: "body", text })) };
}
