import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import tls, { type DetailedPeerCertificate } from "node:tls";
import {
  chainOf,
  chainProblem,
  checkServer,
  readTrust,
} from "../../../src/runtime/tls/certificate_chain.ts";
import { tlsProblem } from "../../../src/runtime/tls/tls_problem.ts";
import {
  Authority,
  type Certificate,
  EXPIRED,
  FOR_LOOPBACK,
  IS_AUTHORITY,
  selfSigned,
} from "../../support/certificates.ts";
import { opensslServer } from "../../scanner/http/openssl_server.ts";

const LOOPBACK = "DNS:localhost,IP:127.0.0.1";

using root = new Authority("Root");
/** Another authority, which calls itself the same. */
using impostor = new Authority("Root");
using between = new Authority("Between", root);
using expired = new Authority("Expired", root, EXPIRED);
const good = root.sign("good", { names: LOOPBACK });
const below = between.sign("below", { names: LOOPBACK });
const lapsed = expired.sign("lapsed", { names: LOOPBACK });
const other = root.sign("other", { names: "DNS:other.example" });
const stranger = impostor.sign("stranger", { names: LOOPBACK });
/** Of version 1, which Deno takes for signed if the names fit. */
const forged = impostor.signOld("localhost");
const lab = selfSigned(FOR_LOOPBACK);
const nameless = selfSigned();
const withIssuer = ({ cert, key }: Certificate, issuer: Authority) => ({
  cert: `${cert}${issuer.cert}`,
  key,
});

/** A TLS connection of node:tls: why it was refused, or the chain that was shown. */
async function connect(
  certificate: Certificate,
  options: Pick<tls.ConnectionOptions, "ca" | "rejectUnauthorized" | "checkServerIdentity">,
): Promise<{ readonly refused?: string; readonly chain: DetailedPeerCertificate[] }> {
  await using server = await opensslServer(certificate, []);
  const socket = tls.connect({
    socket: net.connect({ host: "127.0.0.1", port: server.port }),
    servername: "localhost",
    ...options,
  });
  try {
    await once(socket, "secureConnect");
    return { chain: chainOf(socket.getPeerCertificate(true)) };
  } catch (error) {
    return { refused: tlsProblem(error)?.detail ?? (error as Error).message, chain: [] };
  } finally {
    socket.destroy();
  }
}

const NOT_TRUSTED = "certificate authority is not trusted, or the certificate has expired";
const VERSION_1 = "certificate is X.509 version 1, which TLS clients no longer take";

const CONNECTIONS: [is: string, certificate: Certificate, ca: string, refused?: string][] = [
  ["signed by the authority", good, root.cert],
  ["signed by an intermediate one that is sent", withIssuer(below, between), root.cert],
  ["signed by an intermediate one that is trusted itself", below, between.cert],
  ["its own authority's", lab, lab.cert],
  ["its own authority's, among others", lab, `${root.cert}${lab.cert}`],
  ["signed by a stranger of the same name", stranger, root.cert, NOT_TRUSTED],
  ["of version 1", root.signOld("localhost"), root.cert, VERSION_1],
  [
    "of version 1, by a stranger of the same name",
    forged,
    root.cert,
    VERSION_1,
  ],
  [
    "for another name",
    other,
    root.cert,
    "certificate is for another host name",
  ],
];

for (const [is, certificate, ca, refused] of CONNECTIONS) {
  const verb = refused === undefined ? "accepts" : "refuses";
  Deno.test(`checkServer() ${verb} a certificate that is ${is}`, async () => {
    const found = await connect(certificate, { ca, checkServerIdentity: checkServer(ca) });
    strictEqual(found.refused, refused);
  });
}

Deno.test("checkServer() asks for signatures, where the name does not count", async () => {
  const anyName = (ca: string) => ({ ca, checkServerIdentity: checkServer(ca, () => undefined) });
  strictEqual((await connect(other, anyName(root.cert))).refused, undefined);
  strictEqual((await connect(forged, anyName(root.cert))).refused, VERSION_1);
});

Deno.test("checkServer() follows signatures alone, whatever the names say", () => {
  const shown = [stranger, { cert: root.cert }]
    .map(({ cert }) => ({ raw: new X509Certificate(cert).raw }));
  const peer = { ...shown[0], issuerCertificate: shown[1] } as unknown as DetailedPeerCertificate;
  match(checkServer(root.cert, () => undefined)("localhost", peer)!.message, /invalid signature/);
});

Deno.test("checkServer() returns an error, when a certificate cannot be read", () => {
  const peer = { raw: new Uint8Array([0x30, 0x80]) } as unknown as DetailedPeerCertificate;
  ok(checkServer(root.cert)("localhost", peer) instanceof Error);
});

const PROBLEMS: [is: string, certificate: Certificate, ca: string | undefined, problem: string][] =
  [
    [
      "self-signed",
      lab,
      undefined,
      "untrusted: certificate is self-signed; to trust it, name it in tls.ca",
    ],
    [
      "trusted, but names no host",
      nameless,
      nameless.cert,
      "name: certificate names no host: it has no subjectAltName",
    ],
    [
      "sent without the intermediate one",
      below,
      root.cert,
      'untrusted: certificate authority "Between authority" is not trusted, and the server sends no ' +
      "intermediate certificate",
    ],
    [
      "of an unknown authority",
      withIssuer(below, between),
      impostor.cert,
      'untrusted: certificate authority "Root authority" is not trusted',
    ],
    [
      "of an intermediate authority that has expired",
      withIssuer(lapsed, expired),
      root.cert,
      'expired: intermediate certificate "Expired authority" expired on 2020-02-01',
    ],
    [
      "expired",
      root.sign("x", { names: LOOPBACK, validity: EXPIRED }),
      root.cert,
      "expired: certificate expired on 2020-02-01",
    ],
    ["of version 1", root.signOld("localhost"), root.cert, `other: ${VERSION_1}`],
    [
      "an authority's",
      between.sign("x", { names: LOOPBACK, extension: IS_AUTHORITY }),
      root.cert,
      "untrusted: certificate is an authority's, not a server's (CA:TRUE)",
    ],
  ];

for (const [is, certificate, ca, problem] of PROBLEMS) {
  Deno.test(`chainProblem() says what is wrong with a certificate that is ${is}`, async () => {
    const { chain } = await connect(certificate, {
      rejectUnauthorized: false,
      ...(ca === undefined ? {} : { ca }),
    });
    const { kind, detail } = chainProblem(chain, { nowMs: Date.now(), ca })!;
    strictEqual(`${kind}: ${detail}`, problem);
  });
}

Deno.test("chainProblem() says nothing, when no certificate was shown", () => {
  strictEqual(chainProblem([], { nowMs: Date.now(), ca: undefined }), undefined);
});

Deno.test("chainOf() ends, when a chain leads back to itself", () => {
  const [one, two] = [{ raw: new Uint8Array([1]) }, {
    raw: new Uint8Array([2]),
  }] as unknown as DetailedPeerCertificate[];
  Object.assign(one!, { issuerCertificate: two });
  Object.assign(two!, { issuerCertificate: one });
  strictEqual(chainOf(one!).length, 10);
});

Deno.test("readTrust() tells a server's own certificate from an authority's", () => {
  const isOfServer = (pem: string) => readTrust(pem).isOfServer;
  deepStrictEqual([lab.cert, nameless.cert, root.cert, good.cert, ""].map(isOfServer), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
