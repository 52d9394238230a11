import { ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "../../support/random_runs.ts";
import { once } from "node:events";
import { FRAME_BYTES_MAX, FrameGuard, Sockets } from "../../../src/kafka/client/sockets.ts";
import { opensslServer } from "../../scanner/http/openssl_server.ts";
import { Authority, FOR_LOOPBACK, selfSigned } from "../../support/certificates.ts";

function frame(length: number, sent = length): Buffer {
  const bytes = Buffer.alloc(4 + sent, 0xff);
  bytes.writeInt32BE(length);
  return bytes;
}

Deno.test("check() lets any frames pass, however they are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(300), { maxLength: 20 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
    (lengths, cuts) => {
      const guard = new FrameGuard();
      const stream = Buffer.concat(lengths.map((length) => frame(length)));
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const end = at + cuts[cut % cuts.length]!;
        strictEqual(guard.check(stream.subarray(at, end)), undefined);
        at = end;
      }
    },
  ));
});

Deno.test("check() refuses a frame above the limit as soon as it is announced", () => {
  strictEqual(new FrameGuard().check(frame(FRAME_BYTES_MAX, 0)), undefined);
  ok(new FrameGuard().check(frame(FRAME_BYTES_MAX + 1, 0)) instanceof RangeError);
  ok(new FrameGuard().check(frame(-1, 0)) instanceof RangeError);
});

Deno.test("check() refuses what a TLS or an HTTP server answers", () => {
  const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50]);
  ok(new FrameGuard().check(alert) instanceof RangeError);
  ok(new FrameGuard().check(Buffer.from("HTTP/1.1 400 Bad Request\r\n")) instanceof RangeError);
});

Deno.test("factory() trusts a self-signed certificate that is tls.ca, and none of the same name", async () => {
  const ca = selfSigned(FOR_LOOPBACK);
  using stranger = new Authority("lab");
  for (const [certificate, isTrusted] of [[ca, true], [stranger.signOld("lab"), false]] as const) {
    await using server = await opensslServer(certificate, []);
    using sockets = new Sockets({ ca: isTrusted ? ca.cert : stranger.cert, insecure: false });
    const connected = Promise.withResolvers<boolean>();
    const socket = sockets.factory({
      host: "127.0.0.1",
      port: server.port,
      ssl: {},
      onConnect: () => connected.resolve(true),
    });
    socket.on("error", () => connected.resolve(false));
    strictEqual(await connected.promise, isTrusted);
    if (!socket.destroyed) await once(socket.destroy(), "close");
  }
});
