/** Certificates for tests, made by openssl: an authority, and servers that are right or wrong. */
import { strictEqual } from "node:assert/strict";

/** PEM texts of a server's certificate and key. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The authority of all but `unknown`. */
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly good: ServerCertificate;
  readonly expired: ServerCertificate;
  /** For another name. */
  readonly other: ServerCertificate;
  /** Of a client. */
  readonly client: ServerCertificate;
  /** Of an authority that nobody knows. */
  readonly unknown: ServerCertificate;
}

const NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1";
const OTHER = "subjectAltName=DNS:other.example";

/** Of openssl's `ca`, which alone takes dates in the past. */
const CURRENT = ["-days", "30"];
const EXPIRED = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
const CONFIG = `
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
policy = policy
default_md = sha256
rand_serial = yes
[policy]
commonName = supplied
`;

/** Makes one of each in a directory of its own, which is removed again. */
export async function makeCertificates(): Promise<Certificates> {
  const dir = await Deno.makeTempDir({ prefix: "sitemon-certificates-" });
  try {
    const authority = new Authority(dir, "authority");
    const ca = await authority.make("Test");
    const stranger = new Authority(dir, "stranger");
    await stranger.make("Stranger");
    return {
      ca,
      good: await authority.sign("good", NAMES, CURRENT),
      expired: await authority.sign("expired", NAMES, EXPIRED),
      other: await authority.sign("other", OTHER, CURRENT),
      client: await authority.sign("client", "extendedKeyUsage=clientAuth", CURRENT),
      unknown: await stranger.sign("unknown", NAMES, CURRENT),
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

class Authority {
  readonly #dir: string;
  readonly #name: string;

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#name = name;
  }

  /** Makes the authority's own certificate and returns it. */
  async make(organization: string): Promise<string> {
    await this.#openssl(
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30".split(" "),
      ...["-subj", `/O=${organization}/CN=${this.#name}`],
      ...["-keyout", `${this.#name}.key`, "-out", `${this.#name}.pem`],
    );
    return await this.#read(`${this.#name}.pem`);
  }

  /** Signs a server's certificate. */
  async sign(name: string, extension: string, validity: string[]): Promise<ServerCertificate> {
    await this.#openssl(
      ..."req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split(" "),
      ...["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`],
    );
    const extensions = `${extension}\nbasicConstraints=CA:FALSE\n`;
    await Deno.writeTextFile(`${this.#dir}/${name}.ext`, extensions);
    await Deno.writeTextFile(`${this.#dir}/ca.cnf`, CONFIG);
    await Deno.writeTextFile(`${this.#dir}/index.txt`, "");
    await this.#openssl(
      ...["ca", "-batch", "-notext", "-config", "ca.cnf", "-in", `${name}.csr`],
      ...["-cert", `${this.#name}.pem`, "-keyfile", `${this.#name}.key`],
      ...["-extfile", `${name}.ext`, "-out", `${name}.pem`, ...validity],
    );
    return { cert: await this.#read(`${name}.pem`), key: await this.#read(`${name}.key`) };
  }

  #read(file: string): Promise<string> {
    return Deno.readTextFile(`${this.#dir}/${file}`);
  }

  async #openssl(...args: string[]): Promise<void> {
    const command = new Deno.Command("openssl", { args, cwd: this.#dir, stdout: "null" });
    const { code, stderr } = await command.output();
    strictEqual(code, 0, new TextDecoder().decode(stderr));
  }
}
