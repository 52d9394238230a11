import { deepStrictEqual, match } from "node:assert/strict";
import type { Site } from "../../../src/config/site.ts";
import { rawServer, readRequest, send } from "./raw_server.ts";
import { aSite, check } from "../sites.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Answers with what the request asks for, and notes each request. */
function noting(requests: string[], answer = OK) {
  return async (conn: Deno.Conn) => {
    requests.push(await readRequest(conn));
    await send(conn, answer);
  };
}

const AUTHS: [what: string, changes: Partial<Site>, userInfo: string, header: string | null][] = [
  ["basic", { auth: { basic: { username: "me", password: "pä:ss" } } }, "", `me:pä:ss`],
  [
    "basic in place of the url's",
    { auth: { basic: { username: "a", password: "b" } } },
    "x:y@",
    "a:b",
  ],
  ["the url's", {}, "x:y@", "x:y"],
];

for (const [what, changes, userInfo, pair] of AUTHS) {
  Deno.test(`checkSite() sends credentials, when they are ${what}`, async () => {
    const requests: string[] = [];
    await using server = rawServer(noting(requests));
    const report = await check(aSite(`http://${userInfo}127.0.0.1:${server.port}/`, changes));
    const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(pair!)));
    match(requests[0]!, new RegExp(`\r\nauthorization: Basic ${base64}\r\n`));
    deepStrictEqual(report.url, `http://127.0.0.1:${server.port}/`);
  });
}

Deno.test("checkSite() sends a bearer token, but where a header says otherwise", async () => {
  const requests: string[] = [];
  await using server = rawServer(noting(requests));
  const site = aSite(`http://127.0.0.1:${server.port}/`, { auth: { bearer: "t0ken" } });
  await check(site);
  await check({ ...site, headers: { Authorization: "Custom x" } });
  match(requests[0]!, /\r\nauthorization: Bearer t0ken\r\n/);
  match(requests[1]!, /\r\nauthorization: Custom x\r\n/);
});
