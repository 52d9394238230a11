/** Checks as a table that grows while they end: a row each, its redirects and its reason below. */
import type { Hop, Timings } from "../../report/hop.ts";
import type { SiteReport } from "../../report/report.ts";
import { PHASES, visitMicros, waterfall } from "./check_waterfall.ts";
import { cutText, printable, textWidth } from "./terminal_text.ts";

export interface CheckTableOptions {
  /** The names of all sites that will be told about. */
  readonly names: readonly string[];
  readonly hasColor: boolean;
  /** Width to fit into; `undefined` where no terminal ends the lines. */
  readonly columns: number | undefined;
}

const GAP = "  ";
const OUTCOME_WIDTH = "inconclusive".length;
const CODE_WIDTH = "CODE".length;
/** Below 1,000 seconds. */
const TIME_WIDTH = "100000 ms".length;
const FIXED_WIDTH = OUTCOME_WIDTH + CODE_WIDTH + TIME_WIDTH + 3 * GAP.length;

/** A bar of fewer columns would say little; names are cut before it is left out. */
const WATERFALL_WIDTH_MIN = 10;
const SITE_WIDTH_MIN = 12;
/** Where names are shorter: redirects lead to urls, which nobody knows before. */
const SITE_WIDTH_WANTED = 24;
const SITE_WIDTH_MAX = 60;
const LEGEND = PHASES.map(({ glyph, title }) => `${glyph}${title}`).join(" ");
/** Milliseconds with one digit, below 100 seconds. */
const PHASE_WIDTHS = PHASES.map(({ title }) => Math.max(title.length, "99999.9".length));
const PHASES_WIDTH = PHASE_WIDTHS.reduce((sum, width) => sum + width + GAP.length, 0);

/** SGR codes. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
const COLORS = { up: 32, degraded: 33, down: 31, inconclusive: 35 } as const;

interface Row {
  readonly outcome: string;
  readonly code: string;
  readonly time: string;
  readonly site: string;
  readonly timings: Timings | null;
  /** Microseconds of the check before this visit, and of all of it. */
  readonly before: number;
  readonly total: number;
}

/** What is narrow leaves out the phases' figures first, and then their bar. */
export class CheckTable {
  readonly #hasColor: boolean;
  readonly #siteWidth: number;
  readonly #waterfallWidth: number;
  readonly #hasPhases: boolean;

  constructor({ names, hasColor, columns = Infinity }: CheckTableOptions) {
    const widest = Math.max(SITE_WIDTH_WANTED, ...names.map((name) => textWidth(printable(name))));
    const room = columns - FIXED_WIDTH - GAP.length - WATERFALL_WIDTH_MIN;
    this.#hasColor = hasColor;
    this.#siteWidth = Math.min(widest, Math.max(SITE_WIDTH_MIN, room), SITE_WIDTH_MAX);
    let left = columns - FIXED_WIDTH - this.#siteWidth - GAP.length;
    const waterfallWidth = Math.min(left, LEGEND.length);
    this.#waterfallWidth = waterfallWidth < WATERFALL_WIDTH_MIN ? 0 : waterfallWidth;
    left -= this.#waterfallWidth;
    this.#hasPhases = left >= PHASES_WIDTH;
  }

  /** The line above the first row. */
  get header(): string {
    const titles = PHASES.map(({ title }) => title.toUpperCase());
    return this.#line([
      "OUTCOME".padEnd(OUTCOME_WIDTH),
      "CODE",
      "TIME".padStart(TIME_WIDTH),
      this.#cell("SITE"),
      ...(this.#hasPhases ? titles.map((title, at) => title.padStart(PHASE_WIDTHS[at]!)) : []),
      cutText(LEGEND, this.#waterfallWidth),
    ]);
  }

  /** The lines about a check. */
  rows(report: SiteReport): string {
    const { outcome, response_code, response_time, site, hops, timings } = report;
    const redirected = hops.reduce((sum, hop) => sum + visitMicros(hop.timings), 0);
    const total = redirected + visitMicros(timings);
    const first = this.#row({
      outcome: this.#painted(outcome.padEnd(OUTCOME_WIDTH), COLORS[outcome]),
      code: codeText(response_code),
      time: `${response_time} ms`,
      site,
      timings,
      before: redirected,
      total,
    });
    return [first, ...this.#hopRows(hops, total), ...whyLines(report)].join("");
  }

  #hopRows(hops: readonly Hop[], total: number): string[] {
    let before = 0;
    return hops.map(({ url, status, timings }, index) => {
      const micros = visitMicros(timings);
      const row = this.#row({
        outcome: `  hop ${index + 1}`.padEnd(OUTCOME_WIDTH),
        code: codeText(status),
        time: `${Math.round(micros / 1_000)} ms`,
        site: url,
        timings,
        before,
        total,
      });
      before += micros;
      return row;
    });
  }

  #row({ outcome, code, time, site, timings, before, total }: Row): string {
    const phases = PHASES.map(({ phase }, at) =>
      (timings === null ? "" : phaseText(timings[phase])).padStart(PHASE_WIDTHS[at]!)
    );
    const bar = timings === null ? "" : waterfall(timings, {
      before,
      total,
      width: this.#waterfallWidth,
      hasColor: this.#hasColor,
    });
    return this.#line([
      outcome,
      code.padStart(CODE_WIDTH),
      time.padStart(TIME_WIDTH),
      this.#cell(printable(site)),
      ...(this.#hasPhases ? phases : []),
      bar,
    ]);
  }

  #line(cells: readonly string[]): string {
    return `${cells.join(GAP).trimEnd()}\n`;
  }

  #cell(text: string): string {
    const cut = cutText(text, this.#siteWidth);
    return cut + " ".repeat(this.#siteWidth - textWidth(cut));
  }

  #painted(text: string, color: number): string {
    return this.#hasColor ? `\x1b[${color}m${text}\x1b[0m` : text;
  }
}

function codeText(code: number | null): string {
  return code === null ? "-" : String(code);
}

function phaseText(micros: number | null): string {
  return micros === null ? "-" : (micros / 1_000).toFixed(1);
}

/** The reason with its text, then every other expectation that failed; whole, since they explain. */
function whyLines({ reason, error_text, failures }: SiteReport): string[] {
  if (reason === null) return [];
  const others = failures.filter((failure) => failure !== error_text);
  const [first = ""] = error_text === null ? others : [error_text];
  const texts = [`${reason}: ${first}`, ...others.filter((other) => other !== first)];
  return texts.map((text) => `  ${printable(text)}\n`);
}
