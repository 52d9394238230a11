import { deepStrictEqual, ok } from "node:assert/strict";
import { makeCertificates } from "../../support/certificates.ts";
import { mutualTlsServer } from "../http/openssl_server.ts";
import { aSite, check } from "../sites.ts";

const { ca, good, client, unknown } = makeCertificates();

Deno.test("checkSite() reports up, when it shows the client certificate that a server wants", async () => {
  await using server = await mutualTlsServer(good, ca);
  const tls = { insecure: false, ca, ...client };
  const body = { contains: ["Client certificate"], notContains: ["no client certificate"] };
  const expect = { body: { ...body, matches: [], notMatches: [] } };
  const report = await check(aSite(`https://localhost:${server.port}/`, { tls, expect }));
  deepStrictEqual([report.error_text, report.outcome], [null, "up"]);
  deepStrictEqual(report.certificate_issuer, "Test");
});

Deno.test("checkSite() is down, when a server gets a client certificate of a stranger", async () => {
  await using server = await mutualTlsServer(good, ca);
  const tls = { insecure: false, ca, ...unknown };
  const report = await check(aSite(`https://localhost:${server.port}/`, { tls }));
  // The server hangs up at once: whether its alert arrives before that is up to the network.
  ok(["tls_other", "reset"].includes(report.reason!), report.reason!);
});
