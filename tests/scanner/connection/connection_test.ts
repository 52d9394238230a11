import { deepStrictEqual, match, ok } from "node:assert/strict";
import { makeCertificates } from "../../support/certificates.ts";
import { answering, rawServer, readRequest, send, untilClosed } from "../http/raw_server.ts";
import { aSite, check } from "../sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

Deno.test("checkSite() reports dns, when a name does not exist", async () => {
  const report = await check(aSite("http://no-such-host.invalid/"));
  deepStrictEqual([report.outcome, report.reason, report.response_code], ["down", "dns", null]);
  match(
    report.error_text!,
    /^Cannot connect to no-such-host.invalid:80: (no such host|name lookup failed)/,
  );
  deepStrictEqual(report.timings!.connect, null);
});

Deno.test("checkSite() reports up, when only the second address of a name listens", async () => {
  await using server = rawServer(answering(OK), { hostname: "127.0.0.1" });
  const resolve = () => Promise.resolve(["::1", "127.0.0.1"]);
  const report = await check(aSite(`http://localhost:${server.port}/`), { resolve });
  deepStrictEqual([report.outcome, report.remote_address], ["up", "127.0.0.1"]);
});

Deno.test("checkSite() is inconclusive, when the thread may not talk to a host of the configuration", async () => {
  const worker = new Worker(new URL("../check_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: { net: ["named.example"] } },
  });
  const answer = Promise.withResolvers<MessageEvent>();
  worker.onmessage = answer.resolve;
  worker.postMessage(aSite("http://127.0.0.1:1/"));
  const { data: report } = await answer.promise;
  worker.terminate();
  deepStrictEqual([report.outcome, report.reason], ["inconclusive", "internal"]);
  match(report.error_text, /sitemon lacks the permission to connect$/);
});

Deno.test("checkSite() goes through a proxy with its credentials, when the site is plain", async () => {
  const requests: string[] = [];
  await using proxy = rawServer(async (conn) => {
    requests.push(await readRequest(conn));
    await send(conn, OK);
  });
  const through = `http://me:secret@127.0.0.1:${proxy.port}`;
  const report = await check(aSite("http://site.example/path?x", { proxy: through }));
  deepStrictEqual(report.outcome, "up");
  match(requests[0]!, /^GET http:\/\/site.example:80\/path\?x HTTP\/1.1\r\nhost: site.example\r\n/);
  match(requests[0]!, /proxy-authorization: Basic bWU6c2VjcmV0\r\n/);
});

for (const engine of [{}, { insecure: true }]) {
  const name = engine.insecure ? "node:tls" : "Deno's TLS";
  Deno.test(`checkSite() tunnels through a proxy by ${name}, when the site is https`, async () => {
    const { good, ca } = makeCertificates();
    await using server = rawServer(answering(OK), { tls: good });
    const requests: string[] = [];
    await using proxy = rawServer(async (conn) => {
      requests.push(await readRequest(conn));
      const to = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await send(conn, "HTTP/1.1 200 Connection established\r\n\r\n");
      const ways = [conn.readable.pipeTo(to.writable), to.readable.pipeTo(conn.writable)];
      await Promise.allSettled(ways);
    });
    const site = aSite("https://localhost:4433/", {
      proxy: `http://127.0.0.1:${proxy.port}`,
      tls: { insecure: false, ca, ...engine },
    });
    const report = await check(site);
    deepStrictEqual([report.error_text, report.outcome], [null, "up"]);
    match(requests[0]!, /^CONNECT localhost:4433 HTTP\/1.1\r\nhost: localhost:4433\r\n/);
  });
}

Deno.test("checkSite() reports proxy, when the proxy refuses, is not there, or hangs", async () => {
  await using refusing = rawServer(answering("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
  await using hanging = rawServer(untilClosed);
  const cases: [port: number, error: RegExp, connectTimeoutMs?: number][] = [
    [refusing.port, /through proxy 127.0.0.1:\d+: the proxy answered 407$/],
    [1, /through proxy 127.0.0.1:1: connection refused$/],
    [hanging.port, /proxy timed out after 0\.2 s$/, 200],
  ];
  for (const [port, error, connectTimeoutMs = 10_000] of cases) {
    const proxy = `http://me:secret@127.0.0.1:${port}`;
    const report = await check(aSite("https://site.example/", { proxy, connectTimeoutMs }));
    deepStrictEqual(report.reason, "proxy");
    match(report.error_text!, error);
    ok(!report.error_text!.includes("secret"));
  }
});
