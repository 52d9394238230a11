import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { keysOf } from "../../../src/cli/text/keys.ts";
import {
  afterKey,
  type Browser,
  browserLines,
  FIRST_VIEW,
} from "../../../src/cli/text/status_browser.ts";
import { textWidth } from "../../../src/cli/text/terminal_text.ts";
import { wholeSites } from "../../../src/status/whole_sites.ts";
import { aSiteStatus } from "../../web/site_status.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const ROWS = 8;
const [UP, DOWN, PAGE_DOWN, HOME, END, ESCAPE] = [
  ...["\x1b[A", "\x1b[B", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b"],
] as const;

/** `web-1` to `web-9`, of which the third is down. */
const SITES = wholeSites(Array.from({ length: 9 }, (_, index) =>
  aSiteStatus({
    site: `web-${index + 1}`,
    url: `https://web-${index + 1}.example/`,
    response_time: 10 * index,
    ...(index === 2 ? { outcome: "down", reason: "dns" } : {}),
  })));

function after(typed: string): Browser {
  let browser: Browser | undefined = FIRST_VIEW;
  for (const key of keysOf(typed)) {
    browser = afterKey(browser, key, { sites: SITES, rows: ROWS });
    ok(browser, `${key} ended it`);
  }
  return browser;
}

function lines(browser: Browser, { columns = 100, rows = ROWS, sites = SITES } = {}): string[] {
  const found = { sites, uptimes: [], stories: [], alerts: [], work: [] };
  return browserLines(browser, found, { terminal: new FakeTerminal(), columns, rows, now: NOW });
}

/** The name of the site under the cursor. */
const chosen = (browser: Browser) =>
  lines(browser).find((line) => line.startsWith("▸"))?.split(" ")[1];

const MOVES: readonly [typed: string, chosen: string][] = [
  ["", "web-3"],
  [DOWN, "web-1"],
  [DOWN + DOWN + UP, "web-1"],
  [UP, "web-3"],
  [PAGE_DOWN, "web-5"],
  [END, "web-9"],
  [END + DOWN, "web-9"],
  [END + HOME, "web-3"],
  ["jjk", "web-1"],
  // The cursor stays at its site when the order changes.
  [`${DOWN}s`, "web-1"],
  ["ss", "web-3"],
  ["/web-7\r", "web-7"],
  [`${DOWN}/web-7${ESCAPE}`, "web-1"],
];

for (const [typed, expected] of MOVES) {
  Deno.test(`afterKey() has ${expected} under the cursor after ${JSON.stringify(typed)}`, () => {
    strictEqual(chosen(after(typed)), expected);
  });
}

Deno.test("afterKey() opens a site, goes back, and ends the watching", () => {
  strictEqual(after(`${END}\r`).opened, "web-9");
  strictEqual(after(`${END}\r${ESCAPE}`).opened, undefined);
  strictEqual(chosen(after(`${END}\r${ESCAPE}`)), "web-9");
  for (const browser of [FIRST_VIEW, after("\r")]) {
    strictEqual(afterKey(browser, { typed: "q" }, { sites: SITES, rows: ROWS }), undefined);
  }
});

Deno.test("afterKey() searches by whatever is typed, q and s too, and forgets it by Esc", () => {
  const typing = after("/sqx\x7f");
  deepStrictEqual([typing.search, typing.isTyping], ["sq", true]);
  deepStrictEqual(after("/sq\r").isTyping, false);
  strictEqual(after(`/sq\r${ESCAPE}`).search, "");
  strictEqual(after(`/${"x".repeat(5_000)}`).search.length, 200);
});

Deno.test("browserLines() keeps the cursor in sight, counts what is below, and tells the time", () => {
  deepStrictEqual(lines(after(DOWN)).map((line) => line.slice(0, 7).trimEnd()), [
    ...["  SITE", "  web-3", "▸ web-1", "  web-2", "  web-4"],
    ...["", "9 sites", "↑↓ choo"],
  ]);
  match(lines(after(DOWN))[6]!, /^9 sites: 1 down, 8 up, by state {2}5 more below$/);
  match(lines(after(END))[6]!, /^9 sites: 1 down, 8 up, by state$/);
  match(lines(after("/web-7")).at(-2)!, /^1 site: 1 up, by state {2}\/web-7█$/);
  match(lines(after("/nosuch")).at(-2)!, /^0 sites, by state {2}\/nosuch█$/);
  match(lines(after(DOWN))[7]!, /^↑↓ choose .* {2}2026-05-01 12:00:00 UTC$/);
});

Deno.test("browserLines() fits every size of a terminal", () => {
  for (const columns of [4, 10, 40, 80]) {
    for (const rows of [1, 2, 5, 24]) {
      for (const browser of [FIRST_VIEW, after("\r"), after("/none\r")]) {
        const seen = lines(browser, { columns, rows });
        ok(seen.length <= rows, `${seen.length} lines on ${rows} rows`);
        ok(seen.every((line) => textWidth(line) <= columns), `${columns}: ${seen.join("|")}`);
      }
    }
  }
});
