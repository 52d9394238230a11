/** Sites whose TLS is wrong, over real TLS servers and over sockets that only pretend. */
import type { Reason } from "../../../src/report/outcome.ts";
import {
  answering,
  type Behaviour,
  rawServer,
  readRequest,
  send,
  untilClosed,
} from "../http/raw_server.ts";
import { opensslServer } from "../http/openssl_server.ts";
import { type Certificate, FOR_LOOPBACK, RSA, selfSigned } from "../../support/certificates.ts";
import type { Fault } from "./fault.ts";

const ANSWER = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/** A server with a certificate that the site's authority signed, or a stranger. */
function certificate(
  name: "expired" | "other" | "unknown",
  is: string,
  ...[reason, error]: [Reason, RegExp]
): Fault {
  return {
    cause: `has a certificate that ${is}`,
    start: ({ certificates, started }) => {
      const { port } = started.use(rawServer(ANSWER, { tls: certificates[name] }));
      const tls = { insecure: false, ca: certificates.ca };
      return { url: `https://localhost:${port}/`, site: { tls } };
    },
    reason,
    error,
    report: { certificate_issuer: name === "unknown" ? "Stranger" : "Test" },
  };
}

/** A socket that reads what TLS begins with, and does something else. */
function pretending(cause: string, behaviour: Behaviour, reason: Reason, error?: RegExp): Fault {
  const start: Fault["start"] = ({ started }) => {
    const { port } = started.use(rawServer(behaviour));
    return { url: `https://127.0.0.1:${port}/` };
  };
  return { cause, start, reason, ...(error === undefined ? {} : { error }) };
}

/** A server of openssl, which can do what no server should any more. */
function openssl(
  cause: string,
  flags: string[],
  reason: Reason,
  error: RegExp,
  own?: Certificate,
): Fault {
  return {
    cause,
    start: async ({ certificates: { ca, good }, started }) => {
      const { port } = started.use(await opensslServer(own ?? good, flags));
      return { url: `https://127.0.0.1:${port}/`, site: { tls: { insecure: false, ca } } };
    },
    reason,
    error,
  };
}

/** An alert of TLS: level fatal, then what is wrong. @see https://www.rfc-editor.org/rfc/rfc8446#section-6 */
function alert(description: number): Behaviour {
  return async (conn) => {
    await conn.read(new Uint8Array(4_096));
    await send(conn, new Uint8Array([0x15, 0x03, 0x01, 0, 2, 2, description]));
    await untilClosed(conn);
  };
}
const HANDSHAKE_FAILURE = 40;

export const TLS_FAULTS: readonly Fault[] = [
  certificate("expired", "has expired", "tls_expired", /: certificate expired on 2020-02-01$/),
  certificate(
    "other",
    "is for another name",
    "tls_name",
    /: certificate is for another host name$/,
  ),
  certificate(
    "unknown",
    "is of an authority that nobody knows",
    "tls_untrusted",
    /: certificate authority "Stranger authority" is not trusted, and the server sends no inter/,
  ),
  openssl(
    "speaks TLS 1.1 at most",
    ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
    "tls_other",
    /: server speaks TLS 1\.1 at most, sitemon TLS 1\.2 and 1\.3$/,
  ),
  openssl(
    "has RSA key exchange alone",
    ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
    "tls_other",
    /: server has only RSA key exchange, which sitemon does not take$/,
    selfSigned(FOR_LOOPBACK, RSA),
  ),
  openssl(
    "has CBC suites alone",
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
    "tls_other",
    /: server has only CBC cipher suites, which sitemon does not take$/,
  ),
  openssl(
    "wants a client's certificate (TLS 1.2)",
    ["-tls1_2", "-Verify", "1"],
    "tls_other",
    /: server rejected the TLS handshake; it may require a client certificate$/,
  ),
  openssl(
    "wants a client's certificate (TLS 1.3)",
    ["-tls1_3", "-Verify", "1"],
    "tls_other",
    /server requires a client certificate$/,
  ),
  pretending(
    "speaks plain HTTP where TLS is asked for",
    async (conn) => {
      await conn.read(new Uint8Array(4_096));
      await send(conn, "HTTP/1.1 400 Bad Request\r\n\r\n");
      await untilClosed(conn);
    },
    "tls_other",
    /port does not speak TLS$/,
  ),
  pretending("refuses every cipher", alert(HANDSHAKE_FAILURE), "tls_other", /handshake_failure/),
  pretending(
    "hangs up in the TLS handshake",
    async (conn) => void await conn.read(new Uint8Array(4_096)),
    "reset",
  ),
  pretending(
    "answers the TLS handshake with noise",
    async (conn) => {
      await conn.read(new Uint8Array(4_096));
      await send(conn, new Uint8Array(512).fill(0x16));
      await untilClosed(conn);
    },
    "tls_other",
  ),
  {
    cause: "speaks TLS where plain HTTP is asked for",
    start: ({ certificates: { good }, started }) => {
      const { port } = started.use(
        rawServer(async (conn) => void await readRequest(conn), { tls: good }),
      );
      return { url: `http://127.0.0.1:${port}/` };
    },
    reason: "protocol",
  },
];
