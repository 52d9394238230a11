import { deepStrictEqual, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { makeCertificates } from "../../support/certificates.ts";
import { answering, type Behaviour, rawServer, readRequest, send } from "./raw_server.ts";
import { aSite, check } from "../sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

function redirect(location: string, status = 302): string {
  return `HTTP/1.1 ${status} Elsewhere\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

/** Answers by path, and keeps every request. */
function routes(table: Record<string, string>, seen: string[] = []): Behaviour {
  return async (conn) => {
    const request = await readRequest(conn);
    seen.push(request);
    await send(conn, table[request.split(" ")[1]!] ?? OK);
  };
}

Deno.test("checkSite() follows redirects and records each hop, when they stay on the host", async () => {
  const seen: string[] = [];
  const table = { "/": redirect("/next"), "/next": redirect("last?x=1") };
  await using server = rawServer(routes(table, seen));
  const base = `http://127.0.0.1:${server.port}`;
  const report = await check(aSite(`${base}/`, { auth: { bearer: "t0ken" } }));
  deepStrictEqual([report.outcome, report.response_code], ["up", 200]);
  deepStrictEqual(report.hops.map(({ url, status }) => [url, status]), [
    [`${base}/`, 302],
    [`${base}/next`, 302],
  ]);
  ok(
    report.hops.every(({ timings, remote_address }) =>
      timings.first_byte! >= 0 && remote_address === "127.0.0.1"
    ),
  );
  deepStrictEqual(report.final_url, `${base}/last?x=1`);
  for (const request of seen) match(request, /authorization: Bearer t0ken\r\n/);
});

Deno.test("checkSite() follows a redirect to another host, when allow_hosts names it", async () => {
  await using target = rawServer(answering(OK));
  await using server = rawServer(answering(redirect(`http://localhost:${target.port}/`)));
  const site = aSite(`http://127.0.0.1:${server.port}/`);
  deepStrictEqual((await check(site)).reason, "blocked_by_policy");
  for (const allowed of ["localhost", `localhost:${target.port}`]) {
    deepStrictEqual((await check(site, { allowHosts: [allowed] })).outcome, "up");
  }
});

Deno.test("checkSite() judges the redirect itself, when it may follow none", async () => {
  await using server = rawServer(answering(redirect("/next", 301)));
  const report = await check(aSite(`http://127.0.0.1:${server.port}/`, { redirectsMax: 0 }));
  deepStrictEqual([report.outcome, report.response_code], ["up", 301]);
});

Deno.test("checkSite() leaves https for http, when that is allowed and the host is named", async () => {
  const { good, ca } = makeCertificates();
  const seen: string[] = [];
  await using plain = rawServer(routes({}, seen));
  const location = redirect(`http://localhost:${plain.port}/`);
  await using server = rawServer(answering(location), { tls: good });
  const site = aSite(`https://localhost:${server.port}/`, {
    tls: { insecure: false, ca },
    auth: { bearer: "t0ken" },
    allowsDowngrade: true,
  });
  deepStrictEqual((await check(site)).reason, "blocked_by_policy");
  const report = await check(site, { allowHosts: [`localhost:${plain.port}`] });
  deepStrictEqual([report.error_text, report.outcome], [null, "up"]);
  const [hop] = report.hops;
  deepStrictEqual([hop!.status, hop!.url], [302, `https://localhost:${server.port}/`]);
  ok(hop!.timings.tls! > 0 && report.timings!.tls === null);
  ok(!seen[0]!.includes("t0ken"));
});

Deno.test("checkSite() keeps its secrets, when a redirect leads to another origin", async () => {
  const [first, second]: string[][] = [[], []];
  await using target = rawServer(routes({}, second));
  const elsewhere = `http://localhost:${target.port}/`;
  await using server = rawServer(
    routes({ "/": redirect("/same"), "/same": redirect(elsewhere) }, first),
  );
  const site = aSite(`http://me:secret@127.0.0.1:${server.port}/`, {
    name: "shop",
    headers: { Cookie: "c=secret", "X-Api-Key": "secret", Host: "shop.example", "x-team": "a" },
  });

  const report = await check(site, { allowHosts: ["localhost"] });

  deepStrictEqual(report.outcome, "up");
  for (const request of first!) {
    match(request, /authorization: Basic bWU6c2VjcmV0\r\n/);
    match(request, /cookie: c=secret\r\nx-api-key: secret\r\n/);
    match(request, /^GET \S+ HTTP\/1.1\r\nhost: shop.example\r\nuser-agent: sitemon\/1.2.3\r\n/);
  }
  match(second![0]!, new RegExp(`^GET / HTTP/1.1\r\nhost: localhost:${target.port}\r\n`));
  match(second![0]!, /x-team: a\r\n/);
  ok(!/authorization|secret/i.test(second![0]!));
  ok(!JSON.stringify(report).includes("secret"));
});

/** Bytes of a `location`, as Latin-1, and the paths that are asked for. */
const LOCATIONS: [what: string, lines: string, paths: string[], error: string | null][] = [
  ["is repeated", "location: /next\r\nLocation: /next\r\n", ["/", "/next"], null],
  [
    "comes twice with two targets",
    "location: /next\r\nlocation: /other\r\n",
    ["/"],
    "conflicting Location headers",
  ],
  ["has a byte of Latin-1", "location: /caf\xe9?x=\xe9\r\n", ["/", "/caf%E9?x=%E9"], null],
  ["has UTF-8", "location: /caf\xc3\xa9\r\n", ["/", "/caf%C3%A9"], null],
  ["has a comma", "location: /a,b\r\n", ["/", "/a,b"], null],
];

for (const [what, lines, paths, error] of LOCATIONS) {
  Deno.test(`checkSite() asks for ${paths.at(-1)}, when a location ${what}`, async () => {
    const asked: string[] = [];
    const answer = Buffer.from(`HTTP/1.1 302 Found\r\n${lines}content-length: 0\r\n\r\n`, "latin1");
    await using server = rawServer(async (conn) => {
      const [, path] = (await readRequest(conn)).split(" ");
      asked.push(path!);
      await send(conn, path === "/" ? answer : OK);
    });
    const report = await check(aSite(`http://127.0.0.1:${server.port}/`));
    deepStrictEqual([asked, report.error_text], [paths, error]);
  });
}

Deno.test("checkSite() sends the cookies of a redirect along, beside the site's own", async () => {
  const seen: string[] = [];
  const cookies = "set-cookie: seen=caf\u00e9; Path=/\r\nset-cookie: own=new\r\n";
  const gate = `HTTP/1.1 302 Found\r\nlocation: /\r\n${cookies}content-length: 0\r\n\r\n`;
  await using server = rawServer(async (conn) => {
    const request = await readRequest(conn);
    seen.push(/^cookie: .*$/m.exec(request)?.[0] ?? "");
    // The byte of Latin-1 is no UTF-8, and comes back as it was sent.
    await send(conn, request.includes("seen=") ? OK : Buffer.from(gate, "latin1"));
  });
  const headers = { cookie: "team=a; own=old" };
  const { outcome } = await check(aSite(`http://127.0.0.1:${server.port}/`, { headers }));
  deepStrictEqual([outcome, seen], ["up", [
    "cookie: team=a; own=old",
    "cookie: team=a; seen=caf\ufffd; own=new",
  ]]);
});

Deno.test("checkSite() sends no cookie to a host that it was not set for, nor in the next check", async () => {
  const seen: string[] = [];
  await using target = rawServer(routes({}, seen));
  const location = redirect(`http://localhost:${target.port}/`)
    .replace("location", "set-cookie: a=1\r\nlocation");
  await using server = rawServer(routes({ "/": location }, seen));
  const site = aSite(`http://127.0.0.1:${server.port}/`);
  for (const _ of [1, 2]) {
    const report = await check(site, { allowHosts: ["localhost"] });
    deepStrictEqual(report.outcome, "up");
  }
  deepStrictEqual(seen.filter((request) => request.includes("cookie")), []);
});

const METHODS: [method: string, status: number, then: string, keepsBody: boolean][] = [
  ["POST", 301, "GET", false],
  ["POST", 302, "GET", false],
  ["PUT", 302, "PUT", true],
  ["PUT", 303, "GET", false],
  ["HEAD", 303, "HEAD", false],
  ["POST", 307, "POST", true],
  ["POST", 308, "POST", true],
];

for (const [method, status, then, keepsBody] of METHODS) {
  Deno.test(`checkSite() goes on with ${then}, when ${method} is answered ${status}`, async () => {
    const seen: string[] = [];
    await using server = rawServer(routes({ "/": redirect("/next", status) }, seen));
    const body = method === "HEAD"
      ? {}
      : { body: "text", headers: { "content-type": "text/plain" } };
    await check(aSite(`http://127.0.0.1:${server.port}/`, { method, ...body }));
    match(seen[1]!, new RegExp(`^${then} /next `));
    deepStrictEqual(/content-length: 4\r\n/.test(seen[1]!), keepsBody);
    deepStrictEqual(/content-type/.test(seen[1]!), keepsBody);
  });
}
