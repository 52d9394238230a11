/** The schema of what dns sites alone have: their url, and what the answer must say. */
import * as z from "zod";
import { DAY_MS } from "../../../runtime/time_units.ts";
import { duration } from "../duration_and_size.ts";
import { formatHost, hostPorts, parseHost } from "../host_port.ts";
import { EXPECTATIONS_MAX, EXPECTED_LENGTH_MAX, patterns, texts } from "../pattern_schema.ts";
import type { UrlProtocol } from "./protocol.ts";
import { text } from "../scalar.ts";

const PORT = 53;
/** Without its last dot (RFC 1035, section 2.3.4). */
const NAME_LENGTH_MAX = 253;
/** Each is asked in every check; zones with more servers have them behind few addresses. */
const SERVERS_MAX = 8;
/** Resolvers keep nothing for longer (RFC 8767). */
const TTL = { minMs: 1_000, maxMs: 7 * DAY_MS };

const RECORD_TYPES = [
  ...["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const,
];

/** What a dns site can be asked for. */
export type RecordType = typeof RECORD_TYPES[number];

const DNS_URL = /^dns:\/\/([^/?#]*)\/([^/?#]*)(?:\?type=([a-z]+))?$/i;
const NAME = /^(?!.{254})[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** With the port, the name in lower case and the type written out. */
function dnsUrl(url: string): string | undefined {
  const [, address = "", name = "", type = "A"] = DNS_URL.exec(url) ?? [];
  const server = parseHost(address);
  const asked = name.toLowerCase().replace(/\.$/, "");
  const isKnown = RECORD_TYPES.some((one) => one === type.toUpperCase());
  if (server === undefined || server.port === 0 || !isKnown) return undefined;
  if (name !== "." && !NAME.test(asked)) return undefined;
  return `dns://${formatHost({ port: PORT, ...server })}/${asked}?type=${type.toUpperCase()}`;
}

const answersSchema = z.union([
  z.array(text(EXPECTED_LENGTH_MAX)).max(EXPECTATIONS_MAX),
  z.strictObject({
    contains: texts.optional().describe("Answers that must be among them."),
    matches: patterns.optional().describe("Patterns that must match in every answer."),
  }).refine((conditions) => "contains" in conditions || "matches" in conditions, {
    error: "no condition; add contains, matches or both",
  }),
], {
  error:
    `is neither a list of at most ${EXPECTATIONS_MAX} texts nor a mapping with contains, matches`,
});

export const DNS_EXPECTATIONS = {
  rcode: z.enum(["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]).optional()
    .describe("Response code of a dns site; `NOERROR` when absent."),
  answers: answersSchema.optional().describe(
    "Answers of a dns site: a list is all of them in any order; none is `[]`. At least one when absent.",
  ),
  min_ttl: duration(TTL).optional().describe("Minimum TTL of each answer of a dns site."),
  ad: z.boolean().optional()
    .describe("Whether the resolver must have authenticated the answer of a dns site (AD flag)."),
  serial_of: hostPorts({ port: PORT, countMax: SERVERS_MAX }).optional().describe(
    "Name servers that must have the same SOA serial as the one in the URL of a dns site.",
  ),
};

export const DNS: UrlProtocol = {
  schemes: ["dns"],
  urlRule: `is not dns://server[:port]/name?type=TYPE with a name of at most ${NAME_LENGTH_MAX} ` +
    `characters and a type of ${RECORD_TYPES.join(", ")}`,
  urlOf: dnsUrl,
  own: [
    {
      keys: ["expect.rcode", "expect.answers", "expect.min_ttl", "expect.ad"],
      need: "a dns url",
    },
    {
      keys: ["expect.serial_of"],
      need: "a dns url with ?type=SOA",
      isMet: ({ url = "" }) => /\?type=SOA$/i.test(url),
    },
  ],
  shares: () => ["visit", "text"],
};
