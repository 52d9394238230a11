/** A server of openssl, which can do what Deno's cannot: speak old TLS, ask for client certificates. */
import { ServerFolder, ServerProcess } from "../../services/server_process.ts";
import type { Certificate } from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";

export interface OpensslServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts it on 127.0.0.1; it answers every request with a page, and status 200. What follows the
 * first certificate is sent after it.
 */
export async function opensslServer(
  { cert, key }: Certificate,
  flags: readonly string[],
  ca = cert,
): Promise<OpensslServer> {
  const folder = new ServerFolder({ prefix: "sitemon-openssl-", endSignal: "KILL" });
  const [own, above, authority] = ["own", "above", "ca"].map((name) =>
    `${folder.path}/${name}.pem`
  );
  const [first = "", ...others] = cert.split(/(?<=-----END CERTIFICATE-----\n)/);
  folder.write({ "own.pem": `${first}${key}`, "above.pem": others.join(""), "ca.pem": ca });
  const chain = others.length > 0 ? ["-cert_chain", above!] : [];
  const port = freePort();
  await ServerProcess.start(folder, {
    name: "s_server",
    argv: [
      ...["openssl", "s_server", "-accept", `127.0.0.1:${port}`, "-www"],
      ...["-cert", own!, "-CAfile", authority!, ...chain, ...flags],
    ],
    isReady: (log) => log.includes("ACCEPT"),
  });
  return { port, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** The same, which takes only clients with a certificate of the authority. */
export function mutualTlsServer(certificate: Certificate, ca: string): Promise<OpensslServer> {
  return opensslServer(certificate, ["-Verify", "1", "-verify_return_error"], ca);
}
