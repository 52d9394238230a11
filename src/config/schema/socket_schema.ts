/** The schema of what tcp and tls sites alone have: their url, a dialogue, and STARTTLS. */
import * as z from "zod";
import { formatHost, parseHost } from "./host_port.ts";
import { patternSchema } from "./expect_schema.ts";
import { KIB } from "./duration_and_size.ts";

/** A dialogue that shows a server's health takes a few. */
const STEPS_MAX = 32;
/** One line or packet. */
const SEND_LENGTH_MAX = 4 * KIB;

const SOCKET_URL = /^(tcp|tls):\/\/([^/]*)$/i;

/** The rule of a url that begins as one of them. */
export const SOCKET_URL_RULE = "is not tcp://host:port or tls://host:port with a port up to 65535";

/** True when a url means one of them, whatever else it says. */
export function isSocketUrl(url: string): boolean {
  return /^(tcp|tls):/i.test(url);
}

/**
 * The url as connections and permissions have it, with its scheme and host in lower case; undefined
 * when it is none.
 */
export function socketUrl(text: string): string | undefined {
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

export const stepsSchema = z.array(stepSchema, {
  error: `is not a list of 1 to ${STEPS_MAX} steps with send, expect or both`,
}).min(1).max(STEPS_MAX);

export const startTlsSchema = z.enum(
  ["smtp", "imap", "pop3", "ldap", "postgres", "mysql", "xmpp"],
);
