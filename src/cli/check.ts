/**
 * `sitemon check`: one check each of some sites, told to a person or, with `--json`, to a program.
 *
 * What connects is handed in: the main thread that runs this contains no code that does.
 */
import { resolveSite } from "../config/resolve_site.ts";
import { defaultsSchema, siteSchema } from "../config/schema_site.ts";
import type { Site } from "../config/site.ts";
import { siteNames } from "../config/site_names.ts";
import type { SiteReport } from "../report/report.ts";
import { reportLine } from "./check_line.ts";
import { EXIT_NOT_UP, EXIT_OK, EXIT_USAGE } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";
import { printable, printableJson, textWidth } from "./terminal_text.ts";

/** Checks each site once, some at a time; reports come as checks end. */
export type RunChecks = (sites: readonly Site[]) => AsyncIterable<SiteReport>;

export interface CheckOptions {
  /** Sites by url alone, checked with the defaults. */
  readonly urls: readonly string[];
  /** Sites of a configuration, checked as it says. */
  readonly sites?: readonly Site[];
  /** One JSON object a line instead of words. */
  readonly json: boolean;
  readonly runChecks: RunChecks;
}

/** No site is checked twice here: its interval is only told in the report. */
const INTERVAL_MS = 10_000;

/** The names of sites are cut to this in lines, so that the reason stays in sight. */
const NAME_WIDTH_MAX = 60;

/** Checks the sites, and resolves to the exit code: 0 when all are up, 1 when one is not. */
export async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  const { urls, sites = [], json, runChecks } = options;
  const problem = usageProblem(urls, sites);
  if (problem !== undefined) {
    terminal.writeError(`${problem}\n`);
    return EXIT_USAGE;
  }
  const all = [...sites, ...sitesOf(urls)];
  const widths = all.map(({ name }) => textWidth(printable(name)));
  const layout = {
    nameWidth: Math.min(NAME_WIDTH_MAX, Math.max(...widths)),
    hasColour: terminal.hasColour,
  };
  let upCount = 0;
  for await (const report of runChecks(all)) {
    if (report.outcome === "up") upCount++;
    terminal.write(`${json ? printableJson(report) : reportLine(report, layout)}\n`);
  }
  return upCount === all.length ? EXIT_OK : EXIT_NOT_UP;
}

function usageProblem(urls: readonly string[], sites: readonly Site[]): string | undefined {
  if (urls.length === 0 && sites.length === 0) {
    return "Cannot check as there must be something to check: there is no url; " +
      "write one, such as https://example.org, or a configuration with -c FILE";
  }
  const wrong = urls.find((url) => !siteSchema.safeParse({ url }).success);
  if (wrong === undefined) return undefined;
  return `Cannot check ${printableJson(wrong)} as it must be an http or https url; ` +
    "write it whole, such as https://example.org";
}

function sitesOf(urls: readonly string[]): Site[] {
  // By default there is no body, neither here nor in a file.
  const { body: _, ...defaults } = defaultsSchema.parse({});
  const names = siteNames(urls.map((url) => ({ url })));
  return urls.map((url, index) => {
    const name = names[index]!;
    return resolveSite({ url }, { name, defaults, intervalMs: INTERVAL_MS });
  });
}
