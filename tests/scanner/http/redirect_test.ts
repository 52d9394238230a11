import { deepStrictEqual, match, ok } from "node:assert/strict";
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
