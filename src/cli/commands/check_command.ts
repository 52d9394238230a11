/** Composes `sitemon check`: which sites are meant, and the thread that checks or explains them. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { configSchema } from "../../config/schema/schema.ts";
import type { Site } from "../../config/site.ts";
import type { SiteReport } from "../../report/report.ts";
import { threadResults } from "../../runtime/threads/thread_results.ts";
import type { Explanation } from "../../scanner/reach/explanation.ts";
import { checkSpec } from "../../threads/check/check_spec.ts";
import { explanationsSpec } from "../../threads/explanations/explanations_spec.ts";
import { check, sitesOf, urlsProblem } from "./check.ts";
import { checkExplain } from "./check_explain.ts";
import { EXIT_USAGE } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";

export interface CheckCommandOptions {
  readonly urls: readonly string[];
  /** Path of a configuration, whose sites are checked too. */
  readonly config?: string;
  /** Of the configuration, only the sites of these names. */
  readonly site?: readonly string[];
  readonly json?: boolean;
  /** Says where the urls lead and what is decided about them, instead of checking. */
  readonly explain?: boolean;
}

/** Resolves to the exit code. */
export async function checkCommand(
  options: CheckCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { urls, config: path, site: names, json = false, explain = false } = options;
  const loaded = path === undefined ? undefined : loadFile(path, { terminal });
  const known = loaded?.sites ?? [];
  // Who asks about a url wants no explanation of every site beside it.
  const named = names === undefined
    ? (explain && urls.length > 0 ? [] : known)
    : known.filter(({ name }) => names.includes(name));
  const problem = namesProblem(names, known, path) ?? urlsProblem(urls, named);
  if (problem !== undefined) {
    terminal.writeError(`${problem}\n`);
    return EXIT_USAGE;
  }
  const sites = [...named, ...sitesOf(urls)];
  const all = loaded ?? { config: configSchema.parse({}), sites };
  return explain
    ? await explainIn(all, { sites, json }, terminal)
    : await checkIn(all, { sites, json }, terminal);
}

/** A configuration, or what stands for it where a person gives urls alone. */
type Rules = Pick<LoadedConfig, "config" | "sites"> & Partial<Pick<LoadedConfig, "secrets">>;

interface Chosen {
  readonly sites: readonly Site[];
  readonly json: boolean;
}

async function checkIn(rules: Rules, { sites, json }: Chosen, terminal: Terminal) {
  // A url that a person writes beside a file is named by that.
  const permitting = { ...rules, sites: [...new Set([...rules.sites, ...sites])] };
  const runChecks = () =>
    threadResults<SiteReport>(checkSpec(permitting, sites), { count: sites.length });
  return await check({ sites, json, runChecks }, terminal);
}

async function explainIn(rules: Rules, { sites, json }: Chosen, terminal: Terminal) {
  const runExplanations = () =>
    threadResults<Explanation>(explanationsSpec(rules, sites), { count: sites.length });
  return await checkExplain({ sites, json, runExplanations }, terminal);
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
