// Goal: checks understand a server that is real, not only those that these tests write.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Site } from "../../../src/config/site.ts";
import { freePort } from "../../support/free_port.ts";
import { startNginx } from "../../services/nginx.ts";
import { serviceTest } from "../../services/with_services.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { aSite, check } from "../sites.ts";

const nginxTest = serviceTest("nginx");
const PAGE = `${"a page of nginx. ".repeat(4_000)}the end`;

interface Battery extends AsyncDisposable {
  readonly plain: string;
  readonly tls12: string;
  readonly tls13: string;
  readonly clientCertificate: string;
  readonly changes: Partial<Site>;
  /** What nginx knows of a client that it trusts. */
  readonly identity: Partial<Site>;
}

async function startBattery(): Promise<Battery> {
  const { ca, good } = makeCertificates();
  const ports = [freePort(), freePort(), freePort(), freePort()] as const;
  const nginx = await startNginx({
    http: configuration(ports),
    files: { "ca.crt": ca, "good.crt": good.cert, "good.key": good.key, "page.html": PAGE },
  });
  const [plain, tls12, tls13, clientCertificate] = ports;
  const tls = { insecure: false, ca };
  return {
    plain: `http://127.0.0.1:${plain}`,
    tls12: `https://localhost:${tls12}`,
    tls13: `https://localhost:${tls13}`,
    clientCertificate: `https://localhost:${clientCertificate}`,
    changes: { tls, bodyBytesMax: 1 << 20 },
    identity: { tls: { ...tls, cert: good.cert, key: good.key } },
    [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose](),
  };
}

function configuration([plain, tls12, tls13, client]: readonly number[]): string {
  const certificate = "ssl_certificate good.crt; ssl_certificate_key good.key;";
  const files = "root .; default_type text/html;";
  return `
    server {
      listen 127.0.0.1:${plain};
      ${files}
      gzip_types text/html;
      location /gzip/ { alias ./; gzip on; gzip_min_length 0; }
      location /chunked/ { alias ./; gzip on; gzip_min_length 0; chunked_transfer_encoding on; }
      location /moved { return 301 /temporary; }
      location /temporary { return 302 /page.html; }
      location /loop { return 307 /loop; }
      location /error { return 503; }
      location /limited { return 429; }
      location /empty { return 204; }
      location /closed { return 444; }
      location /one-zero {
        proxy_pass http://127.0.0.1:${plain}/page.html;
        proxy_http_version 1.0;
        proxy_buffering off;
      }
    }
    server { listen 127.0.0.1:${tls12} ssl; ${certificate} ssl_protocols TLSv1.2; ${files} }
    server { listen 127.0.0.1:${tls13} ssl; ${certificate} ssl_protocols TLSv1.3; ${files} }
    server {
      listen 127.0.0.1:${client} ssl;
      ${certificate} ${files}
      ssl_client_certificate ca.crt;
      ssl_verify_client on;
    }`;
}

nginxTest(
  "checkSite() understands nginx: files, gzip, redirects, errors, and hanging up",
  async () => {
    await using battery = await startBattery();
    const { plain, changes } = battery;
    const whole = {
      outcome: "up",
      response_code: 200,
      body_bytes: PAGE.length,
      pattern_match: true,
    };
    const expected: [path: string, found: Record<string, unknown>][] = [
      ["/page.html", { ...whole, http_version: "1.1", truncated: false }],
      ["/gzip/page.html", whole],
      ["/chunked/page.html", whole],
      ["/one-zero", whole],
      ["/moved", { ...whole, final_url: `${plain}/page.html` }],
      ["/loop", { reason: "redirect_loop", response_code: 307 }],
      ["/error", { reason: "status", response_code: 503 }],
      ["/limited", { reason: "status", response_code: 429 }],
      ["/empty", { response_code: 204, body_bytes: 0 }],
      ["/closed", { reason: "reset", response_code: null }],
      ["/missing", { reason: "status", response_code: 404 }],
    ];
    for (const [path, found] of expected) {
      const report = await check(aSite(`${plain}${path}`, { ...changes, pattern: "the end$" }));
      for (const [field, value] of Object.entries(found)) {
        deepStrictEqual(report[field as keyof typeof report], value, `${path} ${field}`);
      }
    }
  },
);

nginxTest("checkSite() understands the methods of nginx", async () => {
  await using battery = await startBattery();
  const { plain, changes } = battery;
  const head = await check(aSite(`${plain}/page.html`, { ...changes, method: "HEAD" }));
  deepStrictEqual([head.outcome, head.body_bytes], ["up", 0]);
  const post = await check(aSite(`${plain}/page.html`, { ...changes, method: "POST", body: "x" }));
  deepStrictEqual([post.reason, post.response_code], ["status", 405]);
});

nginxTest("checkSite() speaks TLS 1.2 and 1.3 with nginx, by both of its ways", async () => {
  await using battery = await startBattery();
  const { changes } = battery;
  for (const origin of [battery.tls12, battery.tls13]) {
    for (const way of [{}, { ipVersion: 4 as const }]) {
      const report = await check(aSite(`${origin}/page.html`, { ...changes, ...way }));
      deepStrictEqual([report.error_text, report.outcome], [null, "up"]);
      deepStrictEqual([report.body_bytes, report.certificate_issuer], [PAGE.length, "Test"]);
      ok(report.timings!.tls! > 0);
    }
  }
});

nginxTest("checkSite() shows nginx a client certificate, and is refused without one", async () => {
  await using battery = await startBattery();
  const { clientCertificate, changes, identity } = battery;
  const url = `${clientCertificate}/page.html`;
  const stranger = await check(aSite(url, changes));
  deepStrictEqual([stranger.reason, stranger.response_code], ["status", 400]);
  const known = await check(aSite(url, { ...changes, ...identity }));
  strictEqual(known.error_text, null);
});
