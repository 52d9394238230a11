/** `sitemon status --watch` on a terminal: what each key does, and what is seen then. */
import { clockTime } from "../../runtime/relative_time.ts";
import { keyOf } from "../../status/queries.ts";
import { matchesSearch, SEARCH_LENGTH_MAX, type WholeSite } from "../../status/whole_sites.ts";
import type { SiteStories } from "../../threads/store_task/store_task_thread.ts";
import type { Key } from "./keys.ts";
import { siteNotes, workLines } from "./site_notes.ts";
import { storyText } from "./status_story.ts";
import { inOrder, SORT_NAMES, type SortName, statusLines, statusSummary } from "./status_table.ts";
import type { Terminal } from "./terminal.ts";
import { cutText, printable } from "./terminal_text.ts";

/** What a person has chosen to see. */
export interface Browser {
  readonly sort: SortName;
  readonly search: string;
  /** True while the search is typed. */
  readonly isTyping: boolean;
  /** Name of the site under the cursor: it stays there when the order changes. */
  readonly selected: string | undefined;
  /** Name of the site whose story is shown. */
  readonly opened: string | undefined;
}

export const FIRST_VIEW: Browser = {
  ...{ sort: "state", search: "", isTyping: false, selected: undefined, opened: undefined },
};

/** Lines that are not the list's: titles, an empty one, summary, keys. */
const OTHER_LINES = 4;
const GUTTER = "  ";
const CURSOR = "▸ ";
const LIST_KEYS = "↑↓ choose  Enter show  / search  s sort  q quit";
const STORY_KEYS = "Esc back  q quit";

/** What is seen after a key, or undefined when it ends the watching. */
export function afterKey(
  browser: Browser,
  key: Key,
  { sites, rows }: { readonly sites: readonly WholeSite[]; readonly rows: number },
): Browser | undefined {
  if (browser.isTyping) return afterTyping(browser, key);
  const typed = typeof key === "object" ? key.typed : key;
  if (typed === "q") return undefined;
  if (browser.opened !== undefined) {
    return typed === "escape" || typed === "backspace"
      ? { ...browser, opened: undefined }
      : browser;
  }
  switch (typed) {
    case "enter":
      return { ...browser, opened: shownSites(browser, sites)[cursorOf(browser, sites)]?.site };
    case "/":
      return { ...browser, isTyping: true };
    case "escape":
      return { ...browser, search: "" };
    case "s": {
      const next = (SORT_NAMES.indexOf(browser.sort) + 1) % SORT_NAMES.length;
      return { ...browser, sort: SORT_NAMES[next]! };
    }
  }
  const step = stepOf(typed, Math.max(1, rows - OTHER_LINES));
  if (step === undefined) return browser;
  const shown = shownSites(browser, sites);
  const index = Math.min(shown.length - 1, Math.max(0, cursorOf(browser, sites) + step));
  return { ...browser, selected: shown[index]?.site };
}

function afterTyping(browser: Browser, key: Key): Browser {
  if (typeof key === "object") {
    return { ...browser, search: (browser.search + key.typed).slice(0, SEARCH_LENGTH_MAX) };
  }
  switch (key) {
    case "backspace":
      return { ...browser, search: browser.search.slice(0, -1) };
    case "enter":
      return { ...browser, isTyping: false };
    case "escape":
      return { ...browser, isTyping: false, search: "" };
    default:
      return browser;
  }
}

/** Lines that the cursor moves down. */
function stepOf(key: string, page: number): number | undefined {
  switch (key) {
    case "up":
    case "k":
      return -1;
    case "down":
    case "j":
      return 1;
    case "pageup":
      return -page;
    case "pagedown":
    case " ":
      return page;
    case "home":
      return -Infinity;
    case "end":
      return Infinity;
    default:
      return undefined;
  }
}

function shownSites({ search, sort }: Browser, sites: readonly WholeSite[]): WholeSite[] {
  return inOrder(sites.filter((site) => matchesSearch(site, search.trim())), sort);
}

/** Where the cursor is in the list: at the top until somebody moves it. */
function cursorOf(browser: Browser, sites: readonly WholeSite[]): number {
  const shown = shownSites(browser, sites);
  return Math.max(0, shown.findIndex(({ site }) => site === browser.selected));
}

export interface Screen {
  readonly terminal: Terminal;
  readonly columns: number;
  readonly rows: number;
  readonly now: Date;
}

/** The lines of the screen, at most `rows`, without line breaks. */
export function browserLines(
  browser: Browser,
  { sites, stories, uptimes, ...said }: Omit<SiteStories, "statuses"> & {
    readonly sites: readonly WholeSite[];
  },
  { terminal, columns, rows, now }: Screen,
): string[] {
  const clock = `${clockTime(now)} UTC`;
  const noteOf = siteNotes(said, now);
  if (browser.opened !== undefined) {
    const text = stories.length === 0
      ? cutText(`${printable(browser.opened)} …`, columns)
      : stories.map((story) => {
        const note = noteOf(story.history.status.site);
        return storyText(story, { note, now, terminal: { ...terminal, columns } });
      }).join("\n");
    const lines = text.trimEnd().split("\n").slice(0, Math.max(0, rows - 2));
    return [...lines, "", footer(STORY_KEYS, clock, columns)].slice(-rows);
  }
  const shown = shownSites(browser, sites);
  const work = workLines(said.work, now);
  const room = Math.max(1, rows - OTHER_LINES - work.length);
  const cursor = cursorOf(browser, sites);
  // The cursor is kept in the middle, as far as there is something to see on both of its sides.
  const first = Math.max(0, Math.min(cursor - Math.floor(room / 2), shown.length - room));
  const { titles, lines } = statusLines(shown, {
    uptimes: new Map(uptimes.map((uptime) => [keyOf(uptime), uptime])),
    ...{ noteOf, now, hasColor: terminal.hasColor, columns: columns - GUTTER.length },
  });
  const list = lines.slice(first, first + room).map((line, index) =>
    (first + index === cursor ? CURSOR : GUTTER) + line.trimEnd()
  );
  const isSearched = browser.isTyping || browser.search !== "";
  const search = isSearched ? `  /${browser.search}${browser.isTyping ? "█" : ""}` : "";
  const below = shown.length - first - list.length;
  const more = below > 0 ? `  ${below} more below` : "";
  const summary = `${statusSummary(shown)}, by ${browser.sort}${more}${search}`;
  return [
    ...work.map((line) => cutText(printable(line), columns)),
    GUTTER + titles.trimEnd(),
    ...list,
    "",
    cutText(printable(summary), columns),
    footer(LIST_KEYS, clock, columns),
  ].slice(-rows);
}

/** The clock at the right, where there is room for it. */
function footer(keys: string, clock: string, columns: number): string {
  const gap = columns - keys.length - clock.length;
  return gap < 2 ? cutText(clock, columns) : `${keys}${" ".repeat(gap)}${clock}`;
}
