// Goal: no notation of a denied address, no second answer and no redirect gets a byte through.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { answering, rawServer, readRequest } from "../http/raw_server.ts";
import { aSite, check } from "../sites.ts";

const POLICY = { deny: ["loopback", "private"] };

/** All of them are 127.0.0.1, or carry it. */
const HOSTS = [
  "127.0.0.1",
  "127.0.0.1.",
  "127.1",
  "127.0.1",
  "2130706433",
  "017700000001",
  "0177.0.0.1",
  "0177.0.0.01",
  "0x7f000001",
  "0x7f.0x0.0x0.0x1",
  "0X7F.1",
  "%31%32%37.0.0.1",
  "１２７.0.0.1",
  "①②⑦。0。0。1",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b:1::7f00:1]",
  "[2002:7f00:1::1]",
  "localhost",
];

for (const host of HOSTS) {
  Deno.test(`checkSite() sends no byte to a denied address, when it is written ${host}`, async () => {
    await using server = rawServer(answering("HTTP/1.1 200 OK\r\n\r\nok"));
    const site = aSite(`http://${host}:${server.port}/`);
    const report = await check(site, { addressPolicy: POLICY });
    deepStrictEqual([report.outcome, report.reason], ["down", "blocked_by_policy"]);
    match(report.error_text!, /address_policy denies .*address_policy\.allow$/);
    strictEqual(server.accepted, 0);
  });
}

/** What a name server may answer. */
const ANSWERS = [
  ["127.0.0.1"],
  ["::1"],
  ["::ffff:10.0.0.1"],
  ["::ffff:a00:1"],
  ["64:ff9b::a9fe:a9fe"],
  ["2002:c0a8:0101::"],
  ["169.254.169.254"],
  ["0.0.0.0"],
  ["fe80::1%eth0"],
  ["192.0.2.1", "10.0.0.1"],
];

for (const addresses of ANSWERS) {
  Deno.test(`checkSite() connects to nothing, when a name leads to ${addresses}`, async () => {
    const resolve = () => Promise.resolve(addresses);
    const report = await check(aSite("http://named.example/"), { resolve, addressPolicy: POLICY });
    deepStrictEqual([report.reason, report.remote_address], [
      "blocked_by_policy",
      addresses.at(-1),
    ]);
    strictEqual(report.timings!.connect, null);
  });
}

for (
  const [scheme, changes] of [["http", {}], ["https", {}], ["http", { ipVersion: 4 }]] as const
) {
  const over = [scheme, ...Object.keys(changes)];
  Deno.test(`checkSite() sends no byte over ${over}, when the second answer for a name is another`, async () => {
    const requests: string[] = [];
    {
      await using server = rawServer(async (conn) => void requests.push(await readRequest(conn)));
      const answers = [["192.0.2.1"], ["127.0.0.1"]];
      const report = await check(aSite(`${scheme}://localhost:${server.port}/`, changes), {
        resolve: () => Promise.resolve(answers.shift()!),
        addressPolicy: POLICY,
      });
      strictEqual(report.reason, "blocked_by_policy");
      if (report.remote_address !== null) match(report.remote_address, /^(127\.0\.0\.1|::1)$/);
    }
    // node:net asks before it connects at all.
    deepStrictEqual(requests, "ipVersion" in changes ? [] : [""]);
  });
}

Deno.test("checkSite() asks the policy at every hop, when the first one is allowed", async () => {
  await using inner = rawServer(answering("HTTP/1.1 200 OK\r\n\r\nsecret"));
  const location = `http://localhost:${inner.port}/`;
  await using outer = rawServer(
    answering(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
  );
  const report = await check(aSite(`http://127.0.0.1:${outer.port}/`), {
    allowHosts: ["localhost"],
    addressPolicy: { deny: ["127.0.0.2", "::1"] },
    resolve: () => Promise.resolve(["127.0.0.2"]),
  });
  deepStrictEqual([report.reason, report.hops.length, report.final_url], [
    "blocked_by_policy",
    1,
    location,
  ]);
  strictEqual(inner.accepted, 0);
});
