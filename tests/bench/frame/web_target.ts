/** The web server that checks are measured against: nginx with a page of 1 KiB, plain and by TLS. */
import { makeCertificates } from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";
import { startNginx } from "../../services/nginx.ts";

export interface WebTarget extends AsyncDisposable {
  readonly plainPort: number;
  readonly tlsPort: number;
  /** PEM text of the authority of its P-256 certificate, which is for localhost and 127.0.0.1. */
  readonly ca: string;
}

/** Starts it on free ports of loopback. */
export async function startWebTarget(): Promise<WebTarget> {
  const { ca, good } = makeCertificates();
  const [plainPort, tlsPort] = [freePort(), freePort()];
  const page = `location / { return 200 "${"x".repeat(1_024)}"; }`;
  const nginx = await startNginx({
    http: `
      server { listen 127.0.0.1:${plainPort} backlog=4096; ${page} }
      server {
        listen 127.0.0.1:${tlsPort} ssl backlog=4096;
        ssl_certificate good.crt;
        ssl_certificate_key good.key;
        ${page}
      }`,
    files: { "good.crt": good.cert, "good.key": good.key },
  });
  return { plainPort, tlsPort, ca, [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose]() };
}
