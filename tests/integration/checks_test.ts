// What a check's definition does in a whole process: expectations, secrets, connectivity.
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { makeCertificates } from "../support/certificates.ts";
import { ADDRESS, nameServer, overTcp, record, replyTo } from "../scanner/dns/name_server.ts";
import { mutualTlsServer } from "../scanner/http/openssl_server.ts";
import { freePort } from "../support/free_port.ts";
import { serveLocally } from "../support/local_server.ts";
import { FROM_SOURCE, sitemon } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunFolder } from "./run_folder.ts";

const DEADLINE_MS = 60_000;
const SECRET = "s3cr3t-t0ken";

/** The reports of `sitemon check`, by site. */
function reportsIn(stdout: string) {
  return stdout.trim().split("\n").map((line) => JSON.parse(line))
    .sort((a, b) => a.site.localeCompare(b.site));
}

/** A site that echoes what it is asked, as JSON. */
function anEcho() {
  return serveLocally((request) => {
    const headers = Object.fromEntries(request.headers);
    return Response.json({ url: request.url, headers }, { headers: { "x-kind": "echo" } });
  });
}

Deno.test("sitemon check uses a site's whole definition, and prints no secret of the file", async () => {
  using folder = new TempFolder();
  await using echo = anEcho();
  const url = echo.origin;
  const file = folder.write(
    "checks.yaml",
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
  const env = { ...Deno.env.toObject(), TOKEN: SECRET };
  const { code, stdout, stderr } = await sitemon(["check", "-c", file, "--json"], { env });
  deepStrictEqual([code, stderr], [1, ""]);
  ok(!stdout.includes(SECRET), stdout);
  const reports = reportsIn(stdout);
  deepStrictEqual(reports.map(({ outcome, reason }) => [outcome, reason]), [
    ["up", null],
    ["down", "json"],
  ]);
  deepStrictEqual(reports[0].url, `${url}/a/***`);
  deepStrictEqual(reports[1].failures, [
    '$.headers.authorization is "Bearer ***", expected it to equal "none"',
    `$.url is "${url}/b?token=***", expected it to equal "none"`,
  ]);
  match(reports[1].snippet, /"authorization":"Bearer \*\*\*"/);
});

Deno.test("sitemon check trusts an authority that a site names, and reads its certificates", async () => {
  using folder = new TempFolder();
  const { ca, good, client } = makeCertificates();
  for (const [name, text] of Object.entries({ ca, cert: client.cert, key: client.key })) {
    folder.write(`${name}.pem`, text);
  }
  await using plain = serveLocally(() => new Response("It works"), good);
  await using mutual = await mutualTlsServer(good, ca);
  const file = folder.write(
    "checks.yaml",
    `
defaults: { tls: { ca: ca.pem } }
sites:
  - { name: cheap, url: 'https://127.0.0.1:${plain.port}' }
  - { name: by version, url: 'https://127.0.0.1:${plain.port}', ip_version: 4 }
  - { name: mutual, url: 'https://127.0.0.1:${mutual.port}', tls: { cert: cert.pem, key: key.pem } }
  - { name: version, url: 'tls://127.0.0.1:${plain.port}', pattern: TLSv1.3 }
`,
  );
  const { stdout } = await sitemon(["check", "-c", file, "--json"]);
  const reports = reportsIn(stdout);
  for (const { site, outcome, error_text, certificate_expires_at } of reports) {
    deepStrictEqual([site, outcome, error_text], [site, "up", null]);
    ok(certificate_expires_at > Date.now() * 1_000, `${site}: ${certificate_expires_at}`);
  }
  deepStrictEqual(reports.length, 4);
});

Deno.test("sitemon check connects to a tcp URL, and to no other port of its host", async () => {
  await using server = serveLocally(() => new Response("It works"));
  const url = `tcp://127.0.0.1:${server.port}`;
  const { code, stdout } = await sitemon(["check", url, "--json"]);
  const [{ outcome, site, response_code }] = reportsIn(stdout);
  deepStrictEqual([code, site, outcome, response_code], [0, url, "up", null]);
  const explained = await sitemon(["check", url, "--explain"]);
  match(explained.stdout, RegExp(`permitted hosts: 127.0.0.1:${server.port}\\n`));
});

Deno.test("sitemon check asks a name server over UDP and TCP with the permissions of its configuration", async () => {
  using folder = new TempFolder();
  await using server = nameServer(
    (query) => [replyTo(query, { flags: 0x0200 })],
    overTcp((query) => replyTo(query, { answers: [record(1, ADDRESS)] })),
  );
  const url = (host: string) => `dns://${host}:${server.port}/example.org`;
  const file = folder.write(
    "checks.yaml",
    `sites: [{ url: '${url("localhost")}' }, { url: '${url("127.0.0.1")}' }]`,
  );
  const flags = await sitemon(["config", "permissions", "-c", file]);
  const net = /--allow-net=([^\s']+)/.exec(flags.stdout)![1]!;
  deepStrictEqual(net.split(",").filter((entry) => /:0$/.test(entry)), ["0.0.0.0:0", "[::]:0"]);
  const limited = [`--allow-net=${net}`, "--allow-read", "--allow-env", "--allow-sys"];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...limited,
      FROM_SOURCE.at(-1)!,
      "check",
      "-c",
      file,
      "--json",
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  const outcomes = reportsIn(text).map(({ outcome, error_text }) => [outcome, error_text]);
  deepStrictEqual(outcomes, [["up", null], ["up", null]], new TextDecoder().decode(stderr));
});

Deno.test("sitemon run calls nothing down while its network is away, and says so to its operator", async () => {
  const [operator, guard] = [freePort(), freePort()];
  using folder = new RunFolder(`interval: 200ms
listen: 127.0.0.1:${operator}
web: false
connectivity: { urls: ['http://127.0.0.1:${guard}/'], interval: 1s }
sites:
  - { name: gone, url: 'http://127.0.0.1:1/' }`);
  await using process = folder.run();
  const checks = (outcome: string) =>
    eventually(DEADLINE_MS, `a check that is ${outcome}`, async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${operator}/metrics`)).text();
      const line = RegExp(`total{outcome="${outcome}",reason="connect_refused"} [1-9]`);
      return line.test(metrics) ? metrics : undefined;
    });
  const offline = await checks("inconclusive");
  ok(!/outcome="down",reason="\w+"} [1-9]/.test(offline), offline);
  match(offline, /sitemon_connectivity_up\{thread="scanner-1"\} 0/);
  await eventually(DEADLINE_MS, "the reason in readiness", async () => {
    const ready = await (await fetch(`http://127.0.0.1:${operator}/readyz`)).text();
    return /connectivity.*offline/s.test(ready) || undefined;
  });

  await using _guard = serveLocally(() => new Response("", { status: 404 }), { port: guard });
  const online = await checks("down");
  match(online, /sitemon_connectivity_up\{thread="scanner-1"\} 1/);
  deepStrictEqual(await process.stop(), 0);
});
