/** One check in one line, for a person. */
import type { SiteReport, Timings } from "../report/report.ts";
import { cutText, printable, textWidth } from "./terminal_text.ts";

export interface LineLayout {
  /** Columns of the terminal that names take. */
  readonly nameWidth: number;
  readonly hasColour: boolean;
}

/** Columns of the widest outcome. */
const OUTCOME_WIDTH = "inconclusive".length;

/** Columns of times below 1,000 seconds. */
const TIME_WIDTH = "100000 ms".length;

/** @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
const COLOURS = { up: 32, degraded: 33, down: 31, inconclusive: 35 } as const;

/** Outcome, code, time, name, the times of the phases, and why it is not up. */
export function reportLine(report: SiteReport, layout: LineLayout): string {
  const { outcome, response_code, response_time, site } = report;
  const word = outcome.padEnd(OUTCOME_WIDTH);
  const columns = [
    layout.hasColour ? `\x1b[${COLOURS[outcome]}m${word}\x1b[0m` : word,
    String(response_code ?? "-").padStart(3),
    `${response_time} ms`.padStart(TIME_WIDTH),
    padded(cutText(printable(site), layout.nameWidth), layout.nameWidth),
    whyOf(report),
    phasesOf(report.timings),
  ];
  return columns.filter((column) => column !== "").join("  ").trimEnd();
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

function whyOf({ reason, error_text, failures }: SiteReport): string {
  if (reason === null) return "";
  return printable(`${reason}: ${error_text ?? failures.join("; ")}`);
}

/** The phases that were reached, in milliseconds. */
function phasesOf(timings: Timings | null): string {
  const phases = Object.entries(timings ?? {}).flatMap(([phase, micros]) =>
    micros === null ? [] : [`${phase.replace("_", " ")} ${(micros / 1_000).toFixed(1)}`]
  );
  return phases.length === 0 ? "" : `(${phases.join(", ")} ms)`;
}
