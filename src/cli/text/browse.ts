/** `sitemon status --watch` on a terminal: the loop of keys, news and drawing. */
import { sleep, systemClock } from "../../runtime/clock.ts";
import { type SiteQuorum, type WholeSite, wholeSites } from "../../status/whole_sites.ts";
import type { SiteStories } from "../../threads/store_task/store_task_thread.ts";
import { keysOf } from "./keys.ts";
import { afterKey, type Browser, browserLines, FIRST_VIEW } from "./status_browser.ts";
import type { Terminal } from "./terminal.ts";
import { cutText, printable } from "./terminal_text.ts";

/** Shorter than most check intervals. */
const ROUND_MS = 2_000;
/** The other screen, which leaves what was on the terminal as it was; no cursor. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_REST = "\x1b[J";

export interface BrowseOptions {
  readonly first: Partial<Browser>;
  /** The sites that may be seen, and the stories of the one that is opened. */
  readonly load: (opened: string | undefined) => Promise<SiteStories>;
  readonly quorums: readonly SiteQuorum[];
  readonly isWanted: (site: WholeSite) => boolean;
  /** Says a failure of `load` in words; throws what is none. */
  readonly problemOf: (error: unknown) => string;
  /** What is typed. */
  readonly input: AsyncIterable<string>;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/** Resolves to what was seen last, once somebody quits or the signal aborts. */
export async function browse(terminal: Terminal, options: BrowseOptions): Promise<SiteStories> {
  const session = new Session(terminal, options);
  terminal.write(ENTER);
  try {
    return await session.run();
  } finally {
    terminal.write(LEAVE);
  }
}

class Session {
  readonly #terminal: Terminal;
  readonly #options: BrowseOptions;
  readonly #quit = new AbortController();
  readonly #ended: AbortSignal;
  /** Ends the wait for the next round. */
  #hurry = new AbortController();
  #browser: Browser;
  #found: SiteStories = { statuses: [], uptimes: [], stories: [], alerts: [], work: [] };
  #sites: readonly WholeSite[] = [];
  #problem: string | undefined = "Reading the store …";

  constructor(terminal: Terminal, options: BrowseOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#ended = AbortSignal.any([options.signal, this.#quit.signal]);
    this.#browser = { ...FIRST_VIEW, ...options.first };
  }

  async run(): Promise<SiteStories> {
    this.#draw();
    const typing = this.#type();
    while (!this.#ended.aborted) {
      await this.#refresh();
      if (this.#ended.aborted) break;
      this.#draw();
      const hurried = AbortSignal.any([this.#ended, this.#hurry.signal]);
      await sleep(systemClock, ROUND_MS, hurried);
      this.#hurry = new AbortController();
    }
    if (this.#quit.signal.aborted) await typing;
    return this.#found;
  }

  async #refresh(): Promise<void> {
    const { load, isWanted, problemOf } = this.#options;
    const { opened } = this.#browser;
    try {
      const found = await load(opened);
      // Another site may have been opened meanwhile.
      this.#found = opened === this.#browser.opened ? found : { ...found, stories: [] };
      this.#sites = wholeSites(found.statuses, this.#options.quorums).filter(isWanted);
      this.#problem = undefined;
    } catch (error) {
      this.#problem = problemOf(error);
    }
  }

  async #type(): Promise<void> {
    for await (const text of this.#options.input) {
      for (const key of keysOf(text)) {
        const list = { sites: this.#sites, rows: this.#options.size().rows };
        const next = afterKey(this.#browser, key, list);
        if (next === undefined) return this.#quit.abort();
        if (next.opened !== this.#browser.opened) {
          this.#found = { ...this.#found, stories: [] };
          this.#hurry.abort();
        }
        this.#browser = next;
      }
      if (this.#ended.aborted) return;
      this.#draw();
    }
  }

  #draw(): void {
    const { columns, rows } = this.#options.size();
    const lines = browserLines(this.#browser, { ...this.#found, sites: this.#sites }, {
      ...{ terminal: this.#terminal, columns, rows, now: new Date() },
    });
    const problem = this.#problem;
    if (problem !== undefined) lines[lines.length - 1] = cutText(printable(problem), columns);
    const text = lines.map((line) => line + CLEAR_LINE).join("\r\n");
    this.#terminal.write(`${HOME}${text}${CLEAR_REST}`);
  }
}

/** What is typed on standard input, key by key and without echo, until it is disposed. */
export function typedText(): AsyncIterable<string> & Disposable {
  // With cbreak, Ctrl+C is still a signal.
  Deno.stdin.setRaw(true, { cbreak: true });
  return {
    async *[Symbol.asyncIterator]() {
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(256);
      for (;;) {
        const length = await Deno.stdin.read(buffer);
        if (length === null) return;
        yield decoder.decode(buffer.subarray(0, length), { stream: true });
      }
    },
    [Symbol.dispose]: () => Deno.stdin.setRaw(false),
  };
}
