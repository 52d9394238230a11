import { doesNotMatch, match, strictEqual } from "node:assert/strict";
import { tlsProblem } from "../../../src/runtime/tls/tls_problem.ts";

/** As Deno and node:tls say it, by what it means. */
const PROBLEMS: [kind: string, detail: RegExp, ...errors: (string | [code: string])[]][] = [
  [
    "expired",
    /^certificate expired$/,
    "invalid peer certificate: certificate expired: verification time 2 (UNIX)",
    ["CERT_HAS_EXPIRED"],
  ],
  ["expired", /^certificate is not valid yet$/, "invalid peer certificate: NotValidYet"],
  [
    "name",
    /^certificate is for another host name$/,
    "invalid peer certificate: certificate not valid for name",
    ["ERR_TLS_CERT_ALTNAME_INVALID"],
  ],
  [
    "untrusted",
    /authority is not trusted/,
    "invalid peer certificate: UnknownIssuer",
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  ],
  ["untrusted", /self-signed/, ["DEPTH_ZERO_SELF_SIGNED_CERT"]],
  ["untrusted", /authority's/, "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"],
  ["untrusted", /invalid signature/, "invalid peer certificate: BadSignature"],
  ["other", /version 1/, "invalid peer certificate: Other(OtherError(UnsupportedCertVersion))"],
  ["other", /not for a server/, "invalid peer certificate: InvalidPurpose"],
  ["other", /malformed/, "invalid peer certificate: BadEncoding", "invalid peer certificate: New"],
  ["other", /does not speak TLS/, "received corrupt message of type InvalidContentType"],
  [
    "other",
    /does not follow/,
    "peer misbehaved: TooMuchEarlyData",
    "cannot decrypt peer's message",
  ],
  [
    "other",
    /speaks no TLS that sitemon does.* TLS 1\.3.*RSA key exchange.*CBC/,
    "received fatal alert: ProtocolVersion",
    "received fatal alert: InsufficientSecurity",
    "received fatal alert: HandshakeFailure",
    "peer is incompatible: ServerDoesNotSupportTls12Or13",
  ],
  ["other", /requires a client certificate/, "received fatal alert: CertificateRequired"],
  ["other", /rejected the client certificate \(unknown_ca\)/, "received fatal alert: UnknownCA"],
  ["other", /rejected the TLS handshake \(internal_error\)/, "received fatal alert: InternalError"],
];

for (const [kind, detail, ...errors] of PROBLEMS) {
  for (const text of errors) {
    Deno.test(`tlsProblem() has words of its own for ${text}`, () => {
      const error = typeof text === "string"
        ? new Error(text)
        : Object.assign(new Error("no"), { code: text[0] });
      const problem = tlsProblem(error)!;
      strictEqual(problem.kind, kind);
      match(problem.detail, detail);
      // Types of Rust, and codes of OpenSSL.
      doesNotMatch(problem.detail, /[a-z][A-Z](?<!aC)|\w+_[A-Z]+|Other/);
    });
  }
}

Deno.test("tlsProblem() is undefined, for an error of something else", () => {
  for (const error of [new Error("connect ECONNREFUSED"), "text", {}]) {
    strictEqual(tlsProblem(error), undefined);
  }
});
