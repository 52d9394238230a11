/** How protocols agree on TLS after they began in plain text: each as the steps of a dialogue. */
import type { StartTls, Step } from "../../config/site.ts";
import type { CheckContext } from "../check_context.ts";
import type { Preamble } from "../connection/route.ts";
import { Dialogue } from "./dialogue.ts";

/** More than any server says before TLS. */
const ANSWERS_BYTES_MAX = 16_384;

/** Stands for the server's name. */
const SERVER = "{server}";

/** TLS, and names and passwords of today; packets of 16 MiB; UTF-8. */
const MYSQL_CAPABILITIES = `\0\x8a\0\0\0\0\0\x01\x21${"\0".repeat(23)}`;

/**
 * In Latin-1: a character is a byte. The last answer of each must be whole and the last thing that
 * came, since what follows it belongs to TLS.
 */
const DIALOGUES: Readonly<Record<StartTls, Agreement>> = {
  // RFC 3207.
  smtp: {
    steps: [
      { expect: "(?m)^220 .*\\n" },
      { send: "EHLO sitemon\r\n", expect: "(?m)^250 .*\\n" },
      { send: "STARTTLS\r\n", expect: "(?m)^220 .*\\n\\z" },
    ],
    refusal: "(?m)^[45]\\d\\d .*\\n",
  },
  // RFC 3501, section 6.2.1.
  imap: {
    steps: [
      { expect: "(?m)^\\* OK.*\\n" },
      { send: "a STARTTLS\r\n", expect: "(?m)^a OK.*\\n\\z" },
    ],
    refusal: "(?m)^(a (NO|BAD)|\\* (BYE|PREAUTH)).*\\n",
  },
  // RFC 2595, section 4.
  pop3: {
    steps: [{ expect: "^\\+OK.*\\n" }, { send: "STLS\r\n", expect: "^\\+OK.*\\n\\z" }],
    refusal: "^-ERR.*\\n",
  },
  // RFC 4511, section 4.14: an extended request, and its response with the result code 0.
  ldap: {
    steps: [{
      send: "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
      expect: "(?s)^\\x30.{1,5}\\x02\\x01\\x01\\x78.{1,5}\\x0a\\x01\\x00.*\\z",
    }],
    refusal: "(?s)^\\x30.{1,5}\\x02\\x01\\x01\\x78.{1,5}\\x0a\\x01[^\\x00]",
  },
  // https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
  postgres: {
    steps: [{ send: "\0\0\0\x08\x04\xd2\x16\x2f", expect: "^S\\z" }],
    refusal: "^[^S]",
  },
  // https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
  mysql: {
    steps: [
      { expect: "(?s)^.{3}\\x00\\x0a.{30,}\\x00\\z" },
      { send: `\x20\0\0\x01${MYSQL_CAPABILITIES}` },
    ],
    refusal: "(?s)^.{4}\\xff",
    // A login that is refused. Clients that leave before it count against their host, which the
    // server locks out after max_connect_errors of them, 100 by default.
    ending: [{ send: `\x29\0\0\x02${MYSQL_CAPABILITIES}sitemon\0\0`, expect: "(?s)^." }],
  },
  // RFC 6120, section 5.
  xmpp: {
    steps: [
      {
        send: `<?xml version='1.0'?><stream:stream to='${SERVER}' version='1.0' ` +
          "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
        expect: "</(\\w+:)?features>",
      },
      {
        send: "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        expect: "<proceed[^>]*(/>|></proceed>)\\z",
      },
    ],
    refusal: "<failure|<(\\w+:)?error|</stream:stream>",
  },
};

interface Agreement {
  readonly steps: readonly Step[];
  /** How a server says that it has no TLS. */
  readonly refusal: string;
  /** What is said over TLS, where nothing else is. */
  readonly ending?: readonly Step[];
}

/** What a site says over TLS that has no steps of its own. */
export function endingOf(protocol: StartTls | undefined): readonly Step[] {
  return (protocol && DIALOGUES[protocol].ending) ?? [];
}

/** What is spoken before TLS; the name is that which the certificate is verified for. */
export function startTlsPreamble(
  protocol: StartTls,
  serverName: string,
  context: CheckContext,
): Preamble {
  const { steps, refusal } = DIALOGUES[protocol];
  // Within a quoted attribute of XML.
  const name = serverName.replaceAll(/[^\w.:-]/g, "");
  const options = {
    steps: steps.map(({ send, ...step }) =>
      send === undefined ? step : { ...step, send: send.replace(SERVER, name) }
    ),
    refusal,
    encoding: "latin1",
    bytesMax: ANSWERS_BYTES_MAX,
    reason: "protocol",
  } as const;
  return { name: "STARTTLS", speak: (stream) => new Dialogue(options, context).speak(stream) };
}
