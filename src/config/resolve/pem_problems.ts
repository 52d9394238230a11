/** Why TLS could not use the PEM files of a configuration; it would ignore many of them in silence. */
import process from "node:process";
import { memoize } from "../../runtime/memoize.ts";

/** The texts of PEM files; a `cert` comes with its `key`. */
export interface Pems {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What follows a file's name in a message, by the setting that names it. */
export type PemProblems = { readonly [Kind in keyof Pems]: string };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/;
/** Also one that is cut off. */
const CERTIFICATES = /-----BEGIN CERTIFICATE-----(?:[^-]*-----END CERTIFICATE-----)?/g;
const PRIVATE_KEY = /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[^-]*-----END ([A-Z]+ )?PRIVATE KEY-----/;
/** PKCS #8, and OpenSSL's older form. */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4, *ENCRYPTED/m;

/** Below this, OpenSSL's default security level refuses a key too. */
const RSA_BITS_MIN = 2_048;
const CURVES = ["prime256v1", "secp384r1", "secp521r1"];

const DAMAGED_CERTIFICATE = "holds a damaged certificate";

export function pemProblems({ ca, cert, key }: Pems): PemProblems {
  const problems = {
    ca: ca === undefined ? undefined : certificateProblem(ca) ?? authorityProblem(ca),
    cert: cert === undefined ? undefined : certificateProblem(cert),
    key: key === undefined ? undefined : keyTextProblem(key),
  };
  const isPair = cert !== undefined && key !== undefined;
  const pair = isPair && !problems.cert && !problems.key ? pairProblems(cert, key) : {};
  const found = Object.entries({ ...problems, ...pair }).filter(([, problem]) => problem);
  return Object.fromEntries(found);
}

function certificateProblem(text: string): string | undefined {
  if (text.includes("-----BEGIN TRUSTED CERTIFICATE-----")) {
    return 'holds a TRUSTED CERTIFICATE, which only OpenSSL reads; convert it with "openssl x509"';
  }
  return CERTIFICATE.test(text) ? undefined : "holds no certificate in PEM format";
}

/** Of a bundle, one certificate that is damaged is enough; many sites name the same file. */
const authorityProblem = memoize((ca) => {
  const { X509Certificate } = nodeCrypto();
  const blocks = ca.matchAll(CERTIFICATES);
  const isRead = blocks.every(([block]) => attempt(() => new X509Certificate(block)) !== undefined);
  return isRead ? "" : DAMAGED_CERTIFICATE;
});

function keyTextProblem(text: string): string | undefined {
  if (ENCRYPTED.test(text)) return 'holds an encrypted key; decrypt it with "openssl pkey"';
  return PRIVATE_KEY.test(text) ? undefined : "holds no private key in PEM format";
}

function pairProblems(certText: string, keyText: string): PemProblems {
  const { createPrivateKey, X509Certificate } = nodeCrypto();
  const cert = attempt(() => new X509Certificate(CERTIFICATE.exec(certText)![0]));
  if (cert === undefined) return { cert: DAMAGED_CERTIFICATE };
  const key = attempt(() => createPrivateKey(PRIVATE_KEY.exec(keyText)![0]));
  if (key === undefined) return { key: "holds a damaged private key" };
  const { asymmetricKeyType: type = "", asymmetricKeyDetails: details = {} } = key;
  const { modulusLength = 0, namedCurve = "" } = details;
  const isSupported = type === "ed25519" || (type === "rsa" && modulusLength >= RSA_BITS_MIN) ||
    (type === "ec" && CURVES.includes(namedCurve));
  if (!isSupported) {
    return {
      key: `holds a key that TLS cannot use; it takes RSA of ${RSA_BITS_MIN} bits or more, ` +
        "ECDSA with P-256, P-384 or P-521, and Ed25519",
    };
  }
  return cert.checkPrivateKey(key) ? {} : { key: 'is not the key of the certificate in "cert"' };
}

/** Loaded only when a configuration names PEM files, since it takes some 30 ms. */
function nodeCrypto() {
  return process.getBuiltinModule("node:crypto");
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
