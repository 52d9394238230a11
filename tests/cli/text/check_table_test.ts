import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { CheckTable } from "../../../src/cli/text/check_table.ts";
import { textWidth } from "../../../src/cli/text/terminal_text.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { aReport } from "../../contract/site_reports.ts";

const TIMINGS = { dns: 10_000, connect: 20_000, tls: 30_000, first_byte: 35_000, transfer: 5_000 };
const REPORT = aReport({ site: "shop", response_time: 101, timings: TIMINGS });

function lines(report: SiteReport, columns?: number, hasColor = false): string[] {
  const table = new CheckTable({ names: [report.site], hasColor, columns });
  return `${table.header}${table.rows(report)}`.trimEnd().split("\n");
}

Deno.test("CheckTable shows each phase in figures and as a bar, when there is room", () => {
  const bar = `${"░".repeat(4)}${"▒".repeat(8)}${"▓".repeat(12)}${"█".repeat(14)}${"▄".repeat(2)}`;
  deepStrictEqual(lines(REPORT), [
    "OUTCOME       CODE       TIME  SITE                          DNS  CONNECT      TLS  " +
    "FIRST BYTE  TRANSFER  ░dns ▒connect ▓tls █first byte ▄transfer",
    "up             200     101 ms  shop                         10.0     20.0     30.0  " +
    `      35.0       5.0  ${bar}`,
  ]);
});

Deno.test("CheckTable keeps to the width of every terminal, and cuts names before the bar", () => {
  const url = "https://example.org/somewhere/else/that/is/long";
  const hops = [{ url, status: 302, remote_address: null, timings: TIMINGS }];
  const report = { ...REPORT, site: "a site of a name that is somewhat long", hops };
  for (let columns = 45; columns < 200; columns++) {
    for (const line of lines(report, columns)) {
      ok(textWidth(line) <= columns, `${columns}: ${line}`);
    }
  }
  match(lines(report, 60)[1]!, /^up +200 +101 ms +a site of a name…? +[▒█▓░▄]+$/);
  match(lines(report, 46)[1]!, /^up +200 +101 ms +a site of a…$/);
});

Deno.test("CheckTable shows redirects as rows of their own, each where its time began", () => {
  const hop = { remote_address: null, status: 301, timings: { ...TIMINGS, tls: null } };
  const hops = [{ url: "http://a.example/", ...hop }, { url: "http://b.example/", ...hop }];
  const [, row, first, second] = lines({ ...REPORT, hops, response_time: 241 }, 90);
  const startOf = (line: string) => line.search(/[░▒▓█▄]/);
  match(first!, /^ +hop 1 +301 +70 ms +http:/);
  match(second!, /^ +hop 2 +301 +70 ms +http:/);
  ok(startOf(first!) < startOf(second!) && startOf(second!) < startOf(row!));
  strictEqual(first!.length, startOf(second!), "a bar ends where the next one starts");
  strictEqual(second!.length, startOf(row!));
});

Deno.test("CheckTable says each failure below, the first with the reason, and nothing that moves", () => {
  const failures = ["unexpected status 503", 'body does not match "\x1b[2J"'];
  const down = { outcome: "down", reason: "status", error_text: failures[0]! } as const;
  deepStrictEqual(lines({ ...REPORT, ...down, failures, timings: null }).slice(2), [
    "  status: unexpected status 503",
    '  body does not match "\ufffd[2J"',
  ]);
});

Deno.test("CheckTable colors outcomes and phases, when the terminal has colors", () => {
  const [header, row] = lines(REPORT, 100, true);
  ok(!header!.includes("\x1b"));
  ok(row!.startsWith(`\x1b[32m${"up".padEnd(12)}\x1b[0m `));
  ok(row!.includes("\x1b[36m░") && row!.includes("\x1b[34m▄"));
  ok(!lines(REPORT, 100).join("").includes("\x1b"));
});
