/** A server that wants a client certificate: openssl's own, since Deno's servers cannot ask for one. */
import { ok } from "node:assert/strict";
import { within } from "../../support/waiting.ts";
import type { Certificate } from "../../support/certificates.ts";

export interface MutualTlsServer extends AsyncDisposable {
  readonly port: number;
}

export interface MutualTlsOptions {
  readonly certificate: Certificate;
  /** PEM text of the authority whose clients it takes. */
  readonly ca: string;
}

/** Starts it on a free port of 127.0.0.1; it answers every request with a page, and status 200. */
export async function mutualTlsServer(
  { certificate, ca }: MutualTlsOptions,
): Promise<MutualTlsServer> {
  const dir = await Deno.makeTempDir({ prefix: "sitemon-mutual-tls-" });
  const files = { "cert.pem": certificate.cert, "key.pem": certificate.key, "ca.pem": ca };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${dir}/${name}`, text);
  }
  const process = new Deno.Command("openssl", {
    args: ["s_server", "-accept", "127.0.0.1:0", "-www", "-Verify", "1", "-verify_return_error"]
      .concat(["-cert", "cert.pem", "-key", "key.pem", "-CAfile", "ca.pem"]),
    cwd: dir,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.getReader();
  const port = await within(60_000, "openssl listens", portOf(reader));
  const drained = drain(reader);
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await drained;
      await process.stdin.close().catch(() => {});
      await Deno.remove(dir, { recursive: true });
    },
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** It says `ACCEPT 127.0.0.1:PORT` once it listens. */
async function portOf(reader: Reader): Promise<number> {
  let text = "";
  while (true) {
    const [, port] = /ACCEPT \S+:(\d+)\s/.exec(text) ?? [];
    if (port !== undefined) return Number(port);
    const { done, value } = await reader.read();
    ok(!done, `openssl ended: ${text}`);
    text += new TextDecoder().decode(value);
  }
}

async function drain(reader: Reader): Promise<void> {
  while (!(await reader.read()).done);
}
