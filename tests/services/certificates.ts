/** Certificates for tests: an authority, and what it signs. */
import { run } from "./programs.ts";

/** PEM texts. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of the test's own, in a folder that is removed with it. */
export class Authority implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "sitemon-authority-" });
  readonly certificate: string;
  #count = 0;

  constructor() {
    const extensions = ["-addext", "basicConstraints=critical,CA:TRUE"];
    const files = ["-keyout", this.#path("ca.key"), "-out", this.#path("ca.crt")];
    run([
      "openssl",
      "req",
      "-x509",
      ...KEY,
      "-days",
      "2",
      "-subj",
      "/CN=Test CA",
      ...extensions,
      ...files,
    ]);
    this.certificate = this.#read("ca.crt");
  }

  /** Signs a certificate for names such as `IP:127.0.0.1` and `DNS:kafka.test`. */
  sign(commonName: string, names: readonly string[] = []): Certificate {
    const name = `signed-${++this.#count}`;
    const [key, request, certificate] = ["key", "csr", "crt"].map((end) =>
      this.#path(`${name}.${end}`)
    );
    run([
      "openssl",
      "req",
      ...KEY,
      "-subj",
      `/CN=${commonName}`,
      "-keyout",
      key!,
      "-out",
      request!,
    ]);
    const extensions = this.#path(`${name}.ext`);
    const subjects = names.length > 0 ? `subjectAltName=${names.join(",")}\n` : "";
    Deno.writeTextFileSync(extensions, `basicConstraints=CA:FALSE\n${subjects}`);
    const authority = [
      "-CA",
      this.#path("ca.crt"),
      "-CAkey",
      this.#path("ca.key"),
      "-CAcreateserial",
    ];
    const signing = ["-days", "2", "-extfile", extensions, "-out", certificate!];
    run(["openssl", "x509", "-req", "-in", request!, ...authority, ...signing]);
    return { certificate: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  #read(name: string): string {
    return Deno.readTextFileSync(this.#path(name));
  }
}

const KEY = ["-newkey", "rsa:2048", "-nodes"];
