import { deepStrictEqual } from "node:assert/strict";
import { pemProblems } from "../../../src/config/resolve/pem_problems.ts";
import { pem } from "../../support/pem.ts";

const RIGHT = { cert: "right.cert", key: "right.key" };
const NO_CERTIFICATE = "holds no certificate in PEM format";
const DAMAGED = "holds a damaged certificate";
const TRUSTED =
  'holds a TRUSTED CERTIFICATE, which only OpenSSL reads; convert it with "openssl x509"';
const ENCRYPTED = 'holds an encrypted key; decrypt it with "openssl pkey"';

/** Names of files, and what is wrong with each. */
const CASES: readonly (readonly [Record<string, string>, Record<string, string>])[] = [
  [{ ...RIGHT, ca: "right.cert" }, {}],
  [{ ...RIGHT, key: "encrypted.key" }, { key: ENCRYPTED }],
  [{ ...RIGHT, key: "legacy-encrypted.key" }, { key: ENCRYPTED }],
  [{ ...RIGHT, key: "other.key" }, { key: 'is not the key of the certificate in "cert"' }],
  [{ ...RIGHT, key: "damaged.key" }, { key: "holds a damaged private key" }],
  [{ ...RIGHT, key: "right.cert" }, { key: "holds no private key in PEM format" }],
  [{ cert: "secp256k1.cert", key: "secp256k1.key" }, {
    key: "holds a key that TLS cannot use; it takes RSA of 2048 bits or more, " +
      "ECDSA with P-256, P-384 or P-521, and Ed25519",
  }],
  [{ ...RIGHT, cert: "trusted.cert" }, { cert: TRUSTED }],
  [{ ...RIGHT, cert: "damaged.cert" }, { cert: DAMAGED }],
  [{ cert: "right.key", key: "encrypted.key" }, { cert: NO_CERTIFICATE, key: ENCRYPTED }],
  [{ ca: "trusted.cert" }, { ca: TRUSTED }],
  [{ ca: "damaged.cert" }, { ca: DAMAGED }],
  [{ ca: "right.key" }, { ca: NO_CERTIFICATE }],
];

Deno.test("pemProblems() finds a certificate that is cut off, anywhere in a bundle", () => {
  const cert = pem("right.cert");
  deepStrictEqual(pemProblems({ ca: `${cert}# second\n${cert}` }), {});
  deepStrictEqual(pemProblems({ ca: `${cert}${cert.slice(0, 200)}\n${cert}` }), { ca: DAMAGED });
});

for (const [files, problems] of CASES) {
  Deno.test(`pemProblems() of ${Object.values(files)}`, () => {
    const texts = Object.entries(files).map(([kind, name]) => [kind, pem(name)]);
    deepStrictEqual(pemProblems(Object.fromEntries(texts)), problems);
  });
}
