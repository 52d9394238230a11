import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { loadText } from "../../config/load_text.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { rawServer, untilClosed } from "../http/raw_server.ts";
import { check } from "../sites.ts";
import { type Line, playing, startTlsServer } from "./scripted_server.ts";

const TEXT = Deno.readTextFileSync(new URL("../../../docs/checks.md", import.meta.url));
const [, SECTION = ""] = TEXT.split("\n### TCP, TLS and STARTTLS\n");
const [, EXAMPLE = ""] = /```yaml\n([^]*?)```/.exec(SECTION) ?? [];

const { good, ca } = makeCertificates();
const EHLO: readonly Line[] = [
  "220 hi\r\n",
  ["EHLO sitemon\r\n"],
  "250-hi\r\n250-STARTTLS\r\n250 OK\r\n",
];

/** A server for each example, by its port there. */
const SERVERS: Readonly<Record<number, () => { readonly port: number } & AsyncDisposable>> = {
  6379: () => rawServer(untilClosed),
  25: () => rawServer(playing(...EHLO, ["QUIT\r\n"], "221 bye\r\n")),
  465: () => rawServer(untilClosed, { tls: good }),
  587: () => startTlsServer([...EHLO, ["STARTTLS\r\n"], "220 go\r\n"], good, ""),
  143: () =>
    startTlsServer(
      ["* OK hi\r\n", ["a STARTTLS\r\n"], "a OK go\r\n"],
      good,
      "* BYE\r\na OK bye\r\n",
    ),
};

const SITES = loadText(EXAMPLE).sites;

Deno.test("docs/checks.md has an example of each that a test runs", () => {
  const ports = SITES.map(({ url }) => new URL(url).port);
  deepStrictEqual(ports.toSorted(), Object.keys(SERVERS).toSorted());
});

for (const site of SITES) {
  Deno.test(`docs/checks.md has an example that is up: ${site.url}`, async () => {
    await using server = SERVERS[Number(new URL(site.url).port)]!();
    const url = site.url.replace(/[^/]+$/, `localhost:${server.port}`);
    const report = await check({ ...site, url, tls: { insecure: false, ca } });
    strictEqual(report.error_text, null);
    strictEqual(report.outcome, "up");
  });
}
