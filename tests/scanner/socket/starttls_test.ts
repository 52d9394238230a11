import { deepStrictEqual, match, ok } from "node:assert/strict";
import { SMTPServer } from "smtp-server";
import type { StartTls } from "../../../src/config/site.ts";
import { findDovecot, startDovecot } from "./dovecot.ts";
import { startPostgres } from "../../services/postgres.ts";
import { serviceTest } from "../../services/with_services.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { type Line, playing, startTlsServer } from "./scripted_server.ts";
import { rawServer, untilClosed } from "../http/raw_server.ts";
import { aSite, check, requireStorable } from "../sites.ts";

const certificates = makeCertificates();
const { good, expired, ca } = certificates;

function aStartTlsSite(scheme: "tcp" | "tls", port: number, startTls: StartTls) {
  const tls = { insecure: false, ca };
  return aSite(`${scheme}://localhost:${port}`, { startTls, tls, connectTimeoutMs: 1_500 });
}

const SMTP: readonly Line[] = [
  "220-mail.example.org\r\n220 ESMTP\r\n",
  ["EHLO sitemon\r\n"],
  "250-mail.example.org\r\n250-STARTTLS\r\n250 HELP\r\n",
  ["STARTTLS\r\n"],
];
const LDAP_REQUEST = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const XMPP_OPEN = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' " +
  "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const FEATURES = "<stream:stream from='localhost'><stream:features><starttls/></stream:features>";
const MYSQL_GREETING =
  `\x4a\0\0\0\x0a8.4.0\0\x07\0\0\0${"s".repeat(8)}\0\xff\xff\xff\x02\0\xff\xdf\x15` +
  `${"\0".repeat(10)}${"s".repeat(12)}\0mysql_native_password\0`;

const MYSQL_CAPABILITIES = `\0\x8a\0\0\0\0\0\x01\x21${"\0".repeat(23)}`;
const MYSQL_LOGIN = `\x29\0\0\x02${MYSQL_CAPABILITIES}sitemon\0\0`;

/** What a server of each protocol says before its last answer, that answer, and one that refuses. */
const PROTOCOLS: readonly [StartTls, before: readonly Line[], agrees: string, refuses?: string][] =
  [
    ["smtp", SMTP, "220 go ahead\r\n", "454 no TLS\r\n"],
    [
      "imap",
      ["* OK [CAPABILITY STARTTLS] hi\r\n", ["a STARTTLS\r\n"]],
      "a OK now\r\n",
      "a BAD no\r\n",
    ],
    ["pop3", ["+OK hi\r\n", ["STLS\r\n"]], "+OK now\r\n", "-ERR no\r\n"],
    [
      "ldap",
      [[LDAP_REQUEST]],
      "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
      "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00",
    ],
    ["postgres", [["\0\0\0\x08\x04\xd2\x16\x2f"]], "S", "N"],
    ["mysql", [MYSQL_GREETING, [`\x20\0\0\x01${MYSQL_CAPABILITIES}`]], ""],
    [
      "xmpp",
      [[XMPP_OPEN], FEATURES, ["<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"]],
      "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
    ],
  ];

for (const [protocol, before, agrees, refuses] of PROTOCOLS) {
  Deno.test(`checkSite() reads the certificate after STARTTLS of ${protocol}`, async () => {
    for (const [certificate, reason] of [[good, null], [expired, "tls_expired"]] as const) {
      const ending: Line[] = protocol === "mysql" ? [[MYSQL_LOGIN], "\x01"] : [];
      await using server = startTlsServer([...before, agrees], certificate, ...ending);
      const report = await check(aStartTlsSite("tls", server.port, protocol));
      requireStorable(report);
      deepStrictEqual([report.reason, report.certificate_issuer], [reason, "Test"]);
    }
  });

  if (refuses === undefined) continue;
  Deno.test(`checkSite() reports protocol at once, when ${protocol} refuses STARTTLS`, async () => {
    await using server = rawServer(playing(...before, refuses));
    const report = await check(aStartTlsSite("tcp", server.port, protocol));
    requireStorable(report);
    deepStrictEqual([report.outcome, report.reason], ["down", "protocol"]);
    match(report.error_text!, /^Cannot connect to localhost:\d+: server refused with "/);
  });

  Deno.test(`checkSite() takes nothing that follows the agreement of ${protocol} in plain text`, async () => {
    await using server = rawServer(playing(...before, `${agrees}+OK injected`));
    const site = aStartTlsSite("tcp", server.port, protocol);
    const report = await check({ ...site, connectTimeoutMs: 500 });
    ok(report.outcome === "down");
    ok(["connect_timeout", "tls_other", "protocol"].includes(report.reason!), report.error_text!);
  });
}

Deno.test("checkSite() reports connect_timeout, when nobody answers before STARTTLS", async () => {
  await using server = rawServer(untilClosed);
  const report = await check(aStartTlsSite("tcp", server.port, "smtp"));
  deepStrictEqual(report.reason, "connect_timeout");
  match(report.error_text!, /: STARTTLS timed out after 1.5 s$/);
});

Deno.test("checkSite() takes the steps of a site over TLS, after STARTTLS", async () => {
  await using server = startTlsServer([...SMTP, "220 go\r\n"], good, "hello inside");
  const site = aStartTlsSite("tcp", server.port, "smtp");
  const report = await check({ ...site, steps: [{ expect: "inside$" }], pattern: "^hello" });
  deepStrictEqual([report.outcome, report.error_text], ["up", null]);
});

Deno.test("checkSite() speaks with a real SMTP server, in plain text and after STARTTLS", async () => {
  const server = new SMTPServer({ ...good, authOptional: true, logger: false });
  server.on("error", () => {});
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const { port } = server.server.address() as { port: number };
  const EHLO = { send: "EHLO sitemon\r\n", expect: "(?m)^250[ -]" };
  const QUIT = { send: "QUIT\r\n", expect: "^221 " };
  const plain = aSite(`tcp://localhost:${port}`, { steps: [{ expect: "^220 " }, EHLO, QUIT] });
  const secured = { ...aStartTlsSite("tcp", port, "smtp"), steps: [EHLO, QUIT] };
  for (const site of [plain, secured]) {
    const { outcome, error_text } = await check(site);
    deepStrictEqual([outcome, error_text], ["up", null]);
  }
  const closed = Promise.withResolvers<void>();
  server.close(closed.resolve);
  await closed.promise;
});

serviceTest("own postgres")(
  "checkSite() agrees on TLS with a real PostgreSQL, and hears that it has none",
  async () => {
    const ssl = { ssl: "on", ssl_cert_file: "server.crt", ssl_key_file: "server.key" };
    const files = { "server.crt": good.cert, "server.key": good.key };
    await using server = await startPostgres({ settings: ssl, files });
    const report = await check(aStartTlsSite("tls", server.port, "postgres"));
    deepStrictEqual([report.outcome, report.certificate_issuer], ["up", "Test"]);
    await using plain = await startPostgres();
    const refused = await check(aStartTlsSite("tls", plain.port, "postgres"));
    deepStrictEqual(refused.reason, "protocol");
    match(refused.error_text!, /server refused with "N"/);
  },
);

machineTest(findDovecot().reason)(
  "checkSite() agrees on TLS with a real server of IMAP and POP3, and speaks with it",
  async () => {
    await using server = await startDovecot(good);
    for (const protocol of ["imap", "pop3"] as const) {
      const bye = protocol === "imap"
        ? { send: "a LOGOUT\r\n", expect: "(?m)^a OK" }
        : { send: "QUIT\r\n", expect: "^\\+OK" };
      const site = aStartTlsSite("tls", server[protocol], protocol);
      for (const steps of [undefined, [bye]]) {
        const report = await check({ ...site, ...(steps && { steps }), connectTimeoutMs: 8_000 });
        deepStrictEqual([report.error_text, report.certificate_issuer], [null, "Test"]);
      }
    }
  },
);
