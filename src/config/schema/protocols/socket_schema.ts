/** The schema of what tcp and tls sites alone have: their url, a dialogue, and STARTTLS. */
import * as z from "zod";
import { formatHost, parseHost } from "../host_port.ts";
import { KIB } from "../quantity.ts";
import { patternSchema } from "../pattern_schema.ts";
import type { Fitting, UrlProtocol } from "./protocol.ts";

/** A dialogue that shows a server's health takes a few. */
const STEPS_MAX = 32;
/** One line or packet. */
const SEND_LENGTH_MAX = 4 * KIB;

const SOCKET_URL = /^(tcp|tls):\/\/([^/]*)$/i;

/** With scheme and host in lower case. */
function socketUrl(text: string): string | undefined {
  const [, scheme, address = ""] = SOCKET_URL.exec(text) ?? [];
  const parsed = parseHost(address);
  if (scheme === undefined || !parsed?.port) return undefined;
  return `${scheme.toLowerCase()}://${formatHost(parsed)}`;
}

const stepSchema = z.strictObject({
  send: z.string({ error: `is not text of 1 to ${SEND_LENGTH_MAX} characters` })
    .min(1).max(SEND_LENGTH_MAX).optional()
    .describe('Text that is sent, as UTF-8; a line ends with `"\\r\\n"` in double quotes.'),
  expect: patternSchema.optional().describe(
    "Pattern that must be found in what comes after the last `send`, or else after connecting.",
  ),
}).refine((step) => "send" in step || "expect" in step, {
  error: "no send and no expect; add one",
});

const stepsSchema = z.array(stepSchema, {
  error: `is not a list of 1 to ${STEPS_MAX} steps with send, expect or both`,
}).min(1).max(STEPS_MAX);

const startTlsSchema = z.enum(["smtp", "imap", "pop3", "ldap", "postgres", "mysql", "xmpp"]);

export const SOCKET_KEYS = {
  steps: stepsSchema.optional().describe(
    "What is sent over a tcp or tls connection, and expected.",
  ),
  starttls: startTlsSchema.optional().describe(
    "Protocol in whose words a tcp or tls site is asked for TLS.",
  ),
};

export const SOCKET: UrlProtocol = {
  schemes: ["tcp", "tls"],
  urlRule: "is not tcp://host:port or tls://host:port with a port up to 65535, and nothing else",
  urlOf: socketUrl,
  own: [{ keys: Object.keys(SOCKET_KEYS), need: "a tcp or tls url" }],
  shares(site: SocketSite) {
    if (isSecure(site)) return ["visit", "connection", "tls", "text", "body"];
    const isRead = site.steps?.some(({ expect }) => expect !== undefined);
    return ["visit", "connection", ...isRead ? ["text", "body"] as const : []];
  },
};

interface SocketSite extends Fitting {
  readonly steps?: z.output<typeof stepsSchema>;
  readonly starttls?: z.output<typeof startTlsSchema>;
}

function isSecure({ url = "", starttls }: SocketSite): boolean {
  return /^tls:/i.test(url) || starttls !== undefined;
}
