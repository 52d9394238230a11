// What a check's definition does in a whole process: expectations, secrets, connectivity.
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { makeCertificates } from "../support/certificates.ts";
import { mutualTlsServer } from "../scanner/http/mutual_tls_server.ts";
import { freePort } from "../support/free_port.ts";
import { sitemon, SitemonProcess } from "../support/sitemon_process.ts";

const DEADLINE_MS = 60_000;
const SECRET = "s3cr3t-t0ken";

/** A folder of its own. */
function aFolder() {
  const path = Deno.makeTempDirSync({ prefix: "sitemon-checks-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A site that echoes what it is asked, as JSON. */
function anEcho() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const headers = Object.fromEntries(request.headers);
    return Response.json({ url: request.url, headers }, { headers: { "x-kind": "echo" } });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("sitemon check uses a site's whole definition, and prints no secret of the file", async () => {
  await using folder = aFolder();
  await using echo = anEcho();
  const url = `http://127.0.0.1:${echo.port}`;
  const file = `${folder.path}/checks.yaml`;
  Deno.writeTextFileSync(
    file,
    `
defaults: { auth: { bearer: "\${TOKEN}" } }
sites:
  - name: right
    url: '${url}/a/\${TOKEN}'
    expect:
      header: [{ name: X-Kind, equals: echo }]
      json: [{ path: $.headers.authorization, matches: '^Bearer s3cr3t-' }]
  - name: wrong
    url: '${url}/b?token=\${TOKEN}'
    expect:
      json:
        - { path: $.headers.authorization, equals: none }
        - { path: $.url, equals: none }
`,
  );
  const args = ["check", "-c", file, "--json"];
  const { code, stdout, stderr } = await sitemon(args, {
    env: { ...Deno.env.toObject(), TOKEN: SECRET },
  });
  deepStrictEqual([code, stderr], [1, ""]);
  ok(!stdout.includes(SECRET), stdout);
  const reports = stdout.trim().split("\n").map((line) => JSON.parse(line))
    .sort((a, b) => a.site.localeCompare(b.site));
  deepStrictEqual(reports.map(({ outcome, reason }) => [outcome, reason]), [
    ["up", null],
    ["down", "json"],
  ]);
  deepStrictEqual(reports[0].url, `${url}/a/***`);
  deepStrictEqual(reports[1].failures, [
    'The value at $.headers.authorization must equal "none": it is "Bearer ***"',
    `The value at $.url must equal "none": it is "${url}/b?token=***"`,
  ]);
  match(reports[1].snippet, /"authorization":"Bearer \*\*\*"/);
});

Deno.test("sitemon check trusts an authority that a site names, and reads its certificates", async () => {
  await using folder = aFolder();
  const { ca, good, client } = makeCertificates();
  for (const [name, text] of Object.entries({ ca, cert: client.cert, key: client.key })) {
    Deno.writeTextFileSync(`${folder.path}/${name}.pem`, text);
  }
  const page = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using plain = Deno.serve({ ...page, ...good }, () => new Response("It works"));
  await using mutual = await mutualTlsServer({ certificate: good, ca });
  const file = `${folder.path}/checks.yaml`;
  Deno.writeTextFileSync(
    file,
    `
defaults: { tls: { ca: ca.pem } }
sites:
  - { name: cheap, url: 'https://127.0.0.1:${plain.addr.port}' }
  - { name: by version, url: 'https://127.0.0.1:${plain.addr.port}', ip_version: 4 }
  - { name: mutual, url: 'https://127.0.0.1:${mutual.port}', tls: { cert: cert.pem, key: key.pem } }
`,
  );
  const { stdout } = await sitemon(["check", "-c", file, "--json"]);
  const reports = stdout.trim().split("\n").map((line) => JSON.parse(line));
  for (const { site, outcome, error_text, certificate_expires_at } of reports) {
    deepStrictEqual([site, outcome, error_text], [site, "up", null]);
    ok(certificate_expires_at > Date.now() * 1_000, `${site}: ${certificate_expires_at}`);
  }
  deepStrictEqual(reports.length, 3);
});

Deno.test("sitemon run calls nothing down while its network is away, and says so to its operator", async () => {
  await using folder = aFolder();
  const [operator, guard] = [freePort(), freePort()];
  const file = `${folder.path}/run.yaml`;
  Deno.writeTextFileSync(
    file,
    `interval: 200ms
listen: 127.0.0.1:${operator}
web: false
log: { format: json }
outbox: { path: '${folder.path}/outbox.db' }
store: { path: '${folder.path}/status.db' }
connectivity: { urls: ['http://127.0.0.1:${guard}/'], every: 1s }
sites:
  - { name: gone, url: 'http://127.0.0.1:1/' }
`,
  );
  await using process = new SitemonProcess(["run", "-c", file]);
  const checks = (outcome: string) =>
    eventually(DEADLINE_MS, `a check that is ${outcome}`, async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${operator}/metrics`)).text();
      const line = `sitemon_checks_total{outcome="${outcome}",reason="connect_refused"}`;
      return metrics.includes(line) ? metrics : undefined;
    });
  const offline = await checks("inconclusive");
  ok(!offline.includes('outcome="down"'), offline);
  match(offline, /sitemon_connectivity_up\{thread="scanner-1"\} 0/);
  const ready = await (await fetch(`http://127.0.0.1:${operator}/readyz`)).text();
  match(ready, /connectivity/);
  match(ready, /offline/);

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: guard, onListen: () => {} },
    () => new Response("", { status: 404 }),
  );
  await using _guard = { [Symbol.asyncDispose]: () => server.shutdown() };
  const online = await checks("down");
  match(online, /sitemon_connectivity_up\{thread="scanner-1"\} 1/);
  deepStrictEqual(await process.stop(), 0);
});
