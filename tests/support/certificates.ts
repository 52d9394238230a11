/** Certificates for tests, made by openssl: an authority, and servers that are right or wrong. */
import { run } from "../services/programs.ts";
import { TempFolder } from "./temp_folder.ts";

/** PEM texts of a certificate and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** For localhost and 127.0.0.1. */
const LOOPBACK = "DNS:localhost,IP:127.0.0.1";
/** Of openssl's `ca`, which alone takes dates in the past. */
const CURRENT = ["-days", "30"];
export const EXPIRED = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
/** An extension: may sign others. */
export const IS_AUTHORITY = "basicConstraints=critical,CA:TRUE";
const CONFIG = `
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
policy = policy
default_md = sha256
rand_serial = yes
unique_subject = no
[policy]
commonName = supplied
`;

/** An authority of the test's own; its files go with its scope. */
export class Authority implements Disposable {
  readonly #folder = new TempFolder();
  /** PEM text. */
  readonly cert: string;
  #count = 0;

  /** Signed by itself, or an intermediate one of another. */
  constructor(organization = "Test", above?: Authority, validity = CURRENT) {
    this.#folder.write("ca.cnf", CONFIG);
    this.#folder.write("index.txt", "");
    const name = `${organization} authority`;
    if (above === undefined) {
      const files = ["-keyout", "ca.key", "-out", "ca.pem"];
      const subject = ["-subj", `/O=${organization}/CN=${name}`];
      this.#openssl("req", "-x509", ...KEY, ...CURRENT, ...subject, ...files);
    } else {
      const { cert, key } = above.sign(name, { extension: IS_AUTHORITY, validity });
      this.#folder.write("ca.pem", cert);
      this.#folder.write("ca.key", key);
    }
    this.cert = this.#read("ca.pem");
  }

  sign(
    commonName: string,
    { names, extension = "", validity = CURRENT }: {
      /** Such as `IP:127.0.0.1,DNS:kafka.test`. */
      readonly names?: string;
      /** Another extension, as a line of openssl's configuration. */
      readonly extension?: string;
      readonly validity?: readonly string[];
    } = {},
  ): Certificate {
    const name = `signed-${++this.#count}`;
    const use = extension === IS_AUTHORITY ? "" : "basicConstraints=CA:FALSE\n";
    const subjects = names === undefined ? "" : `subjectAltName=${names}\n`;
    this.#folder.write("ext", `${use}${subjects}${extension}\n`);
    const request = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
    this.#openssl("req", ...KEY, "-subj", `/CN=${commonName}`, ...request);
    this.#openssl(
      ...["ca", "-batch", "-notext", "-config", "ca.cnf", "-in", `${name}.csr`],
      ...["-cert", "ca.pem", "-keyfile", "ca.key"],
      ...["-extfile", "ext", "-out", `${name}.pem`, ...validity],
    );
    return { cert: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  /** Signs a certificate without extensions: of version 1. */
  signOld(commonName: string): Certificate {
    const request = ["-keyout", "old.key", "-out", "old.csr"];
    this.#openssl("req", ...KEY, "-subj", `/CN=${commonName}`, ...request);
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", ...CURRENT];
    this.#openssl("x509", "-req", "-in", "old.csr", ...authority, "-out", "old.pem");
    return { cert: this.#read("old.pem"), key: this.#read("old.key") };
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  #read(name: string): string {
    return Deno.readTextFileSync(this.#folder.file(name));
  }

  #openssl(...args: string[]): void {
    run(["openssl", ...args], { cwd: this.#folder.path });
  }
}

/** A certificate that nobody else signed, as `openssl req -x509` makes it: for an authority. */
export function selfSigned(options: readonly string[] = [], made = KEY): Certificate {
  using folder = new TempFolder();
  const files = ["-keyout", "self.key", "-out", "self.pem"];
  run(["openssl", "req", "-x509", ...made, ...CURRENT, "-subj", "/CN=lab", ...files, ...options], {
    cwd: folder.path,
  });
  const [cert = "", key = ""] = ["self.pem", "self.key"]
    .map((name) => Deno.readTextFileSync(folder.file(name)));
  return { cert, key };
}

/** Of RSA, which alone can have its key exchange. */
export const RSA = ["-newkey", "rsa:2048", "-nodes"];
/** For localhost and 127.0.0.1, as an option of {@linkcode selfSigned}. */
export const FOR_LOOPBACK = ["-addext", `subjectAltName=${LOOPBACK}`];

export type Certificates = ReturnType<typeof makeCertificates>;

/** Makes one of each; `ca` is the authority of all but `unknown`. */
export function makeCertificates() {
  using authority = new Authority();
  using stranger = new Authority("Stranger");
  return {
    ca: authority.cert,
    good: authority.sign("good", { names: LOOPBACK }),
    ending: authority.sign("ending", { names: LOOPBACK, validity: ["-days", "10"] }),
    expired: authority.sign("expired", { names: LOOPBACK, validity: EXPIRED }),
    other: authority.sign("other", { names: "DNS:other.example" }),
    client: authority.sign("client", { extension: "extendedKeyUsage=clientAuth" }),
    unknown: stranger.sign("unknown", { names: LOOPBACK }),
  };
}
