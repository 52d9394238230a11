/**
 * `sitemon check`: one check each of some sites, told to a person or, with `--json`, to a program.
 *
 * What connects is handed in: the main thread that runs this contains no code that does.
 */
import { resolveSite } from "../../config/resolve/resolve_site.ts";
import { defaultsSchema, siteSchema } from "../../config/schema/site_schema.ts";
import type { Site } from "../../config/site.ts";
import { siteNames } from "../../config/resolve/site_names.ts";
import type { SiteReport } from "../../report/report.ts";
import { CheckProgress } from "../text/check_progress.ts";
import { CheckTable } from "../text/check_table.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import type { Terminal } from "../text/terminal.ts";
import { printableJson } from "../text/terminal_text.ts";

/** Checks each site once, some at a time; reports come as checks end. */
export type RunChecks = (sites: readonly Site[]) => AsyncIterable<SiteReport>;

export interface CheckOptions {
  /** With distinct names. */
  readonly sites: readonly Site[];
  /** One JSON object a line instead of the table. */
  readonly json: boolean;
  readonly runChecks: RunChecks;
}

/** No site is checked twice here: its interval is only told in the report. */
const INTERVAL_MS = 10_000;

/** Checks the sites, and resolves to the exit code: 0 when all are up, 1 when one is not. */
export async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  const { sites, json, runChecks } = options;
  const { hasColor, columns } = terminal;
  const progress = new CheckProgress(sites.length, terminal);
  const table = new CheckTable({ names: sites.map(({ name }) => name), hasColor, columns });
  if (!json) terminal.write(table.header);
  let upCount = 0;
  try {
    progress.draw();
    for await (const report of runChecks(sites)) {
      if (report.outcome === "up") upCount++;
      progress.count(report.outcome);
      progress.clear();
      terminal.write(json ? `${printableJson(report)}\n` : table.rows(report));
      progress.draw();
    }
  } finally {
    progress.clear();
  }
  if (!json && sites.length > 1) terminal.write(`${progress.summary}\n`);
  return upCount === sites.length ? EXIT_OK : EXIT_NOT_UP;
}

/** Why there is nothing to check, or not by these urls; `undefined` when there is. */
export function urlsProblem(urls: readonly string[], sites: readonly Site[]): string | undefined {
  if (urls.length === 0 && sites.length === 0) {
    return "Cannot check as there must be something to check: there is no url; " +
      "write one, such as https://example.org, or a configuration with -c FILE";
  }
  const wrong = urls.find((url) => !siteSchema.safeParse({ url }).success);
  if (wrong === undefined) return undefined;
  return `Cannot check ${printableJson(wrong)} as it must be an http or https url; ` +
    "write it whole, such as https://example.org";
}

/** Sites of urls alone, with the defaults of a configuration. */
export function sitesOf(urls: readonly string[]): Site[] {
  // By default there is no body, neither here nor in a file.
  const { body: _, ...defaults } = defaultsSchema.parse({});
  const names = siteNames(urls.map((url) => ({ url })));
  return urls.map((url, index) => {
    const name = names[index]!;
    return resolveSite({ url }, { name, defaults, intervalMs: INTERVAL_MS });
  });
}
