/**
 * A process whose host file names several addresses: checks a site by names of which one address
 * alone answers, in a thread that may talk to these names alone, and prints what came of it.
 */
import { makeCertificates } from "../../support/certificates.ts";
import { NAMES } from "../../support/other_hosts.ts";
import type { Site } from "../../../src/config/site.ts";
import { aSite } from "../sites.ts";
import { blackhole } from "../http/blackhole.ts";
import { answering, rawServer } from "../http/raw_server.ts";

const { good: { cert, key }, ca, client } = makeCertificates();
const OK = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
await using started = new AsyncDisposableStack();

/** A port at which 127.0.0.1 answers and 127.0.0.2 says nothing; nobody listens at 127.0.0.3. */
async function portOf(options: { tls?: { cert: string; key: string } } = {}): Promise<number> {
  const { port } = started.use(rawServer(OK, options));
  return await blackhole(started, { hostname: "127.0.0.2", port });
}
const plain = await portOf();
const secure = await portOf({ tls: { cert, key } });

const trusting = { insecure: false, ca, serverName: "localhost" };
const dated = { certificateDays: { degraded: 14 } };
const WAYS: Record<string, [origin: string, changes?: Partial<Site>]> = {
  "plain": [`http://NAME:${plain}`],
  "by family": [`http://NAME:${plain}`, { ipVersion: 4 }],
  "by proxy": ["http://site.example", { proxy: `http://NAME:${plain}` }],
  "insecure": [`https://NAME:${secure}`, { tls: { insecure: true } }],
  "with a client certificate": [`https://NAME:${secure}`, { tls: { ...trusting, ...client } }],
  "with the certificate's dates": [`https://NAME:${secure}`, { tls: trusting, expect: dated }],
};
const worker = new Worker(new URL("../check_worker.ts", import.meta.url), {
  type: "module",
  deno: { permissions: { net: [...NAMES, "site.example"] } },
});
for (const [way, [origin, changes = {}]] of Object.entries(WAYS)) {
  for (const name of NAMES) {
    const proxy = changes.proxy?.replace("NAME", name);
    const site = aSite(`${origin.replace("NAME", name)}/`, {
      ...changes,
      ...(proxy === undefined ? {} : { proxy }),
    });
    const answer = Promise.withResolvers<MessageEvent>();
    worker.onmessage = answer.resolve;
    worker.postMessage(site);
    const { outcome, error_text, remote_address, certificate_issuer } = (await answer.promise).data;
    const issuer = "expect" in changes ? certificate_issuer : "";
    console.log([way, name, outcome, error_text, remote_address, issuer].join("|"));
  }
}
worker.terminate();
