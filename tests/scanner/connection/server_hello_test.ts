import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connectByDeno } from "../../../src/scanner/connection/deno_stream.ts";
import { helloProblem, readServerHello } from "../../../src/scanner/connection/server_hello.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { opensslServer } from "../http/openssl_server.ts";
import { rawServer, send, untilClosed } from "../http/raw_server.ts";

const { good } = makeCertificates();
const OLD = ["-cipher", "ALL:@SECLEVEL=0"];

async function ask(port: number, name = "localhost") {
  const stream = await connectByDeno({ host: "127.0.0.1", port }, new AbortController().signal);
  try {
    return await readServerHello(stream, name);
  } finally {
    stream.close();
  }
}

const SERVERS: [flags: string[], problem: string][] = [
  [["-tls1", ...OLD], "server speaks TLS 1.0 at most, sitemon TLS 1.2 and 1.3"],
  [["-tls1_1", ...OLD], "server speaks TLS 1.1 at most, sitemon TLS 1.2 and 1.3"],
  [
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
    "server has only CBC cipher suites, which sitemon does not take",
  ],
  [["-tls1_2"], "server rejected the TLS handshake; it may require a client certificate"],
];

for (const [flags, problem] of SERVERS) {
  Deno.test(`helloProblem() names what a server has, started with ${flags.join(" ")}`, async () => {
    await using server = await opensslServer(good, flags);
    for (const name of ["localhost", "127.0.0.1"]) {
      deepStrictEqual(helloProblem((await ask(server.port, name))!), {
        kind: "other",
        detail: problem,
      });
    }
  });
}

Deno.test("helloProblem() names key exchanges without elliptic curves", () => {
  const detailOf = (suite: number) => helloProblem({ version: 0x0303, suite }).detail;
  strictEqual(detailOf(0x009c), "server has only RSA key exchange, which sitemon does not take");
  strictEqual(
    detailOf(0x009e),
    "server has only finite-field Diffie-Hellman, which sitemon does not take",
  );
});

const OTHERS: [does: string, answer: Uint8Array][] = [
  ["speaks plain HTTP", new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(9))],
  ["sends an alert", new Uint8Array([21, 3, 1, 0, 2, 2, 40])],
  ["hangs up", new Uint8Array()],
  ["sends another message", new Uint8Array(200).fill(22)],
  ["ends within its hello", new Uint8Array([22, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3])],
];

for (const [does, answer] of OTHERS) {
  Deno.test(`readServerHello() is undefined, when a server ${does}`, async () => {
    await using server = rawServer(async (conn) => {
      await conn.read(new Uint8Array(4_096));
      await send(conn, answer);
      if (answer.length > 100) await untilClosed(conn);
    });
    strictEqual(await ask(server.port), undefined);
  });
}
