/** Composes `sitemon check`: which sites are meant, and the thread that checks them. */
import type { Config } from "../config/schema.ts";
import { configSchema } from "../config/schema.ts";
import type { Site } from "../config/site.ts";
import type { SiteReport } from "../report/report.ts";
import { threadResults } from "../runtime/thread_results.ts";
import { check } from "./check.ts";
import { EXIT_USAGE } from "./exit_code.ts";
import { loadFile } from "./load_file.ts";
import { checkSpec } from "./pipeline.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckCommandOptions {
  readonly urls: readonly string[];
  /** Path of a configuration, whose sites are checked too. */
  readonly config?: string;
  /** Of the configuration, only the sites of these names. */
  readonly site?: readonly string[];
  readonly json?: boolean;
}

/** Resolves to the exit code. */
export async function checkCommand(
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { urls, config: path, site: names, json = false } = options;
  const loaded = path === undefined ? undefined : loadFile(path, { terminal });
  const sites = loaded?.sites ?? [];
  const problem = namesProblem(names, sites, path);
  if (problem !== undefined) {
    terminal.writeError(`${problem}\n`);
    return EXIT_USAGE;
  }
  const chosen = names === undefined ? sites : sites.filter(({ name }) => names.includes(name));
  const config = loaded?.config ?? configSchema.parse({});
  return await check({ urls, sites: chosen, json, runChecks: checksIn(config) }, terminal);
}

function checksIn(config: Config) {
  return (sites: readonly Site[]): AsyncIterable<SiteReport> =>
    threadResults(checkSpec({ config, sites }), { count: sites.length });
}

function namesProblem(
  names: readonly string[] | undefined,
  sites: readonly Site[],
  path: string | undefined,
): string | undefined {
  if (names === undefined) return undefined;
  if (path === undefined) {
    return 'Cannot choose by "--site" as a configuration must name the sites: there is none; add -c FILE';
  }
  const missing = names.find((name) => !sites.some((site) => site.name === name));
  if (missing === undefined) return undefined;
  return `Cannot check site "${missing}" as ${path} must have a site of that name: it has none; ` +
    `see "sitemon config show -c ${path}"`;
}
