/** A process whose host file names several addresses: prints what connections to such names came to. */
import { makeCertificates } from "../support/certificates.ts";
import { NAMES } from "../support/other_hosts.ts";
import { blackhole } from "../scanner/http/blackhole.ts";
import { rawServer, type RawServerOptions, send, untilClosed } from "../scanner/http/raw_server.ts";

await using started = new AsyncDisposableStack();

/** A port at which 127.0.0.1 answers and 127.0.0.2 says nothing. */
async function portOf(
  behaviour: (conn: Deno.Conn) => Promise<void>,
  options: RawServerOptions = {},
): Promise<number> {
  const { port } = started.use(rawServer(behaviour, options));
  return await blackhole(started, { hostname: "127.0.0.2", port });
}

/** An error of PostgreSQL's protocol: its length, and fields that begin with a letter. */
async function refuse(conn: Deno.Conn): Promise<void> {
  await conn.read(new Uint8Array(4_096));
  const fields = "SFATAL\0C28000\0Mreached\0\0";
  await send(conn, `E\0\0\0${String.fromCharCode(fields.length + 4)}${fields}`);
}

const ports = {
  plain: await portOf(untilClosed),
  secure: await portOf(untilClosed, { tls: makeCertificates().good }),
  database: await portOf(refuse),
};
for (const host of NAMES) {
  const worker = new Worker(new URL("./connecting_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: { net: [host], env: true } },
  });
  const answer = Promise.withResolvers<MessageEvent>();
  worker.onmessage = answer.resolve;
  worker.postMessage({ host, ...ports });
  console.log([host, ...(await answer.promise).data].join("|"));
  worker.terminate();
}
