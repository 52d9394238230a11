import { deepStrictEqual, ok } from "node:assert/strict";
import type { SiteExpect } from "../../../src/config/site.ts";
import { startNsd } from "../../services/nsd.ts";
import { serviceTest } from "../../services/with_services.ts";
import { aSite, check, requireStorable } from "../sites.ts";
import { EXAMPLE_ZONE } from "./example_zone.ts";

const nsdTest = serviceTest("nsd");

/** What is asked, and the reason and text of the report, which is `null` when it is up. */
const CASES: readonly [asked: string, expect?: SiteExpect, reason?: string, text?: string][] = [
  ["example.org?type=A", { answers: ["192.0.2.2", "192.0.2.1"] }],
  ["example.org?type=AAAA", { answers: ["2001:DB8:0::1"] }],
  ["www.example.org?type=A", { answers: { contains: "192.0.2.1", matches: "^192\\.0\\.2\\." } }],
  ["www.example.org?type=CNAME", { answers: ["EXAMPLE.org."] }],
  ["example.org?type=MX", { answers: ["20 backup.example.org.", "10 Mail.example.org"] }],
  ["nomail.example.org?type=MX", { answers: ["0 ."] }],
  ["example.org?type=NS", { answers: ["ns1.example.org", "ns2.example.org."] }],
  ["example.org?type=TXT", { answers: ["v=spf1 -all"] }],
  ["example.org?type=CAA", { answers: ['0 issue "letsencrypt.org"'] }],
  ["_imap._tcp.example.org?type=SRV", { answers: ["0 1 143 mail.example.org"] }],
  ["1.example.org?type=PTR", { answers: ["host.example.org"] }],
  ["example.org?type=SOA", { answers: { matches: "hostmaster.* 2026113001 " }, minTtl: 60_000 }],
  ["nothing.example.org?type=A", { rcode: "NXDOMAIN" }],
  ["mail.example.org?type=AAAA", { answers: [] }],
  ["mail.example.org?type=AAAA", {}, "body", "no AAAA record, expected at least one"],
  ["nothing.example.org?type=A", {}, "status", "response code is NXDOMAIN, expected NOERROR"],
  ["example.com?type=A", {}, "status", "response code is REFUSED, expected NOERROR"],
  ["example.org?type=A", { minTtl: 301_000 }, "body", "TTL is 300 s, expected at least 301 s"],
  [
    "example.org?type=A",
    { ad: true },
    "body",
    "answer is not authenticated, expected it to be",
  ],
];

nsdTest("checkSite() reads what a real name server answers", async () => {
  await using server = await startNsd({ "example.org": EXAMPLE_ZONE });
  for (const [asked, expect = {}, reason = null, text = null] of CASES) {
    const report = await check(aSite(`dns://127.0.0.1:${server.port}/${asked}`, { expect }));
    requireStorable(report);
    deepStrictEqual([asked, report.reason, report.error_text], [asked, reason, text]);
    ok(report.timings!.first_byte! > 0 && report.timings!.connect === null);
  }
});

nsdTest("checkSite() asks over TCP, when the answer does not fit a datagram", async () => {
  await using server = await startNsd({ "example.org": EXAMPLE_ZONE });
  const url = `dns://localhost:${server.port}/big.example.org?type=TXT`;
  const pattern =
    "^NOERROR aa(\\nbig.example.org 3600 IN TXT \\d+){9}\\nauthority:\\nexample.org 3600 IN NS ns";
  const report = await check(aSite(url, { pattern }));
  requireStorable(report);
  deepStrictEqual([report.outcome, report.error_text], ["up", null]);
  ok(report.body_bytes! > 1_232 && report.timings!.connect! > 0);
});

nsdTest("checkSite() compares the serials of several servers", async () => {
  await using old = await startNsd({ "example.org": EXAMPLE_ZONE });
  await using fresh = await startNsd({ "example.org": EXAMPLE_ZONE.replace("3001", "3002") });
  await using empty = await startNsd({});
  const ask = (ports: readonly number[], expect: SiteExpect = {}) => {
    const serialOf = ports.map((port) => ({ host: "127.0.0.1", port }));
    const url = `dns://127.0.0.1:${old.port}/example.org?type=SOA`;
    const allowHosts = ports.map((port) => `127.0.0.1:${port}`);
    return check(aSite(url, { expect: { ...expect, serialOf } }), { allowHosts });
  };
  deepStrictEqual((await ask([old.port, old.port])).reason, null);
  const differing = await ask([old.port, fresh.port, empty.port]);
  requireStorable(differing);
  deepStrictEqual(differing.failures, [
    `serial of 127.0.0.1:${fresh.port} is 2026113002, expected 2026113001`,
    `serial of 127.0.0.1:${empty.port} is missing (REFUSED), expected 2026113001`,
  ]);
  const gone = await ask([1]);
  deepStrictEqual([gone.outcome, gone.reason], ["down", "connect_timeout"]);
  ok(
    gone.error_text!.startsWith("serial of 127.0.0.1:1 is unknown: Cannot connect to 127.0.0.1:1"),
  );
});
