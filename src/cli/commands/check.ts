/** `sitemon check`: checks or explains URLs and sites of a configuration, once, in a thread. */
import { gatherSecrets } from "../../config/credentials.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { resolveSite } from "../../config/resolve/resolve_site.ts";
import { overridden, type SiteOverrides } from "../../config/resolve/site_overrides.ts";
import { siteNames } from "../../config/resolve/resolve_sites.ts";
import { systemHostEnvironment } from "../../config/host_environment.ts";
import { defaultConfig } from "../../config/schema/schema.ts";
import { siteSchema } from "../../config/schema/site_schema.ts";
import { isVisited, type Site } from "../../config/site.ts";
import { publicUrl } from "../../report/public_url.ts";
import { shownValue } from "../../config/yaml/shown_value.ts";
import type { SiteReport } from "../../report/report.ts";
import { type Redact, redactor } from "../../runtime/telemetry/redaction.ts";
import { threadResults } from "../../runtime/threads/thread_results.ts";
import type { Explanation } from "../../scanner/reach/explanation.ts";
import { checkSpec } from "../../threads/check/check_spec.ts";
import { explanationsSpec } from "../../threads/explanations/explanations_spec.ts";
import type { DefineCommand } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "../exit_code.ts";
import { findConfig } from "../find_config.ts";
import { loadFile } from "../load_file.ts";
import { CheckProgress } from "../text/progress.ts";
import { CheckTable } from "../text/check_table.ts";
import { explanationText, hostsText } from "../text/explanation_text.ts";
import type { Terminal } from "../text/terminal.ts";
import { printableJson } from "../text/terminal_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  command
    .description("Checks URLs, or the sites of a configuration, once; exits 0 when all are up.")
    .argument("[urls...]", "URLs to check, by https where they do not say how")
    .option("-c, --config <file>", "configuration file; its sites are checked")
    .option("--unit <name>", "systemd unit whose configuration, state and credentials are used")
    .option("--site <name...>", "only these sites of the configuration")
    .option("--timeout <duration>", "timeout of each check, such as 3s, in place of the site's")
    .option("--expect-status <codes>", "expected status codes, such as 200,3xx or '!404'")
    .option("--contains <text>", "text that the body must contain; can be repeated", several)
    .option("--json", "print one JSON report per site")
    .option("--explain", "show where the URLs lead and which rule allows or denies a check")
    .action((urls: string[], options) => exit(checkOrExplain({ urls, ...options }, terminal)));

function several(value: string, values: readonly string[] = []): string[] {
  return [...values, value];
}

interface CheckCommandOptions extends SiteOverrides {
  readonly urls: readonly string[];
  /** Path of a configuration, whose sites are checked too. */
  readonly config?: string;
  /** Name of a unit, whose sites are checked too. */
  readonly unit?: string;
  /** Names of the only sites of the configuration to check. */
  readonly site?: readonly string[];
  readonly json?: boolean;
  readonly explain?: boolean;
}

/** Whose configurations hold sites. */
const SITES_OF = ["producer", "run"] as const;

async function checkOrExplain(
  { config, unit, site: names, json = false, explain = false, ...rest }: CheckCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const urls = rest.urls.map(withScheme);
  const given = { ...(config !== undefined && { config }), ...(unit !== undefined && { unit }) };
  const isAsked = names !== undefined || Object.keys(given).length > 0;
  const found = isAsked ? findConfig(given, SITES_OF, systemHostEnvironment()) : undefined;
  const loaded = found && loadFile(found, { terminal });
  const known = loaded?.sites.filter(isVisited) ?? [];
  // Explaining a URL does not explain every site of the configuration beside it.
  const named = names === undefined
    ? (explain && urls.length > 0 ? [] : known)
    : known.filter(({ name }) => names.includes(name));
  const problem = namesProblem(names, loaded?.sites ?? [], found?.config) ??
    urlsProblem(urls, named);
  if (problem !== undefined) throw new UsageError(problem);
  const asked = overridden([...named, ...sitesOf(urls)], rest);
  if ("problem" in asked) throw new UsageError(asked.problem);
  const { sites } = asked;
  const rules: Rules = loaded ?? { config: defaultConfig(), sites };
  const count = sites.length;
  if (explain) {
    const explanations = threadResults<Explanation>(explanationsSpec(rules, sites), { count });
    const secrets = [...loaded?.secrets ?? [], ...gatherSecrets([], rules.config, sites)];
    const redact = redactor(secrets);
    return await printExplanations({ sites, json, explanations, redact }, terminal);
  }
  // The hosts of URLs given beside a configuration are permitted too.
  const permitting = { ...rules, sites: [...new Set([...rules.sites, ...sites])] };
  const reports = threadResults<SiteReport>(checkSpec(permitting, sites), { count });
  return await printReports({ sites, json, reports }, terminal);
}

/** A configuration, or what stands in for it where there are only URLs. */
type Rules = Pick<LoadedConfig, "config" | "sites"> & Partial<Pick<LoadedConfig, "secrets">>;

export interface PrintReportsOptions {
  /** With distinct names. */
  readonly sites: readonly Site[];
  /** One JSON object a line instead of the table. */
  readonly json: boolean;
  /** One of each site, in the order in which the checks end. */
  readonly reports: AsyncIterable<SiteReport>;
}

/** Prints reports as they come, and resolves to the exit code: 0 when all are up, 1 when one is not. */
export async function printReports(
  { sites, json, reports }: PrintReportsOptions,
  terminal: Terminal,
): Promise<number> {
  const { hasColor, columns } = terminal;
  const progress = new CheckProgress(sites.length, terminal);
  const table = new CheckTable({ names: sites.map(({ name }) => name), hasColor, columns });
  if (!json) terminal.write(table.header);
  let upCount = 0;
  try {
    progress.draw();
    for await (const report of reports) {
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

export interface PrintExplanationsOptions {
  readonly sites: readonly Site[];
  readonly json: boolean;
  /** One of each site, in their order. */
  readonly explanations: AsyncIterable<Explanation>;
  /** Removes what references of the configuration stand for. */
  readonly redact: Redact;
}

/** Resolves to the exit code: 0 when all of the sites would be checked, 1 when one would not. */
export async function printExplanations(
  { sites, json, explanations, redact }: PrintExplanationsOptions,
  terminal: Terminal,
): Promise<number> {
  let index = 0;
  let areAllVisited = true;
  let permitted: readonly string[] = [];
  for await (const explanation of explanations) {
    const url = publicUrl(sites[index++]!.url);
    areAllVisited &&= explanation.is_visited;
    permitted = explanation.permitted_hosts;
    const text = json
      ? `${printableJson({ url, ...explanation })}\n`
      : explanationText(url, explanation);
    terminal.write(redact(text));
  }
  if (!json) terminal.write(redact(`permitted hosts: ${hostsText(permitted)}\n`));
  return areAllVisited ? EXIT_OK : EXIT_NOT_UP;
}

/** People leave out `https://` as they do in browsers. */
export function withScheme(url: string): string {
  return /^([a-z][a-z0-9+.-]*:\/\/|https?:)/i.test(url) ? url : `https://${url}`;
}

function namesProblem(
  names: readonly string[] | undefined,
  sites: readonly Site[],
  path: string | undefined,
): string | undefined {
  if (names === undefined || path === undefined) return undefined;
  const missing = names.find((name) => !sites.some((site) => site.name === name));
  if (missing === undefined) return toldProblem(names, sites);
  return `no such site in ${path}: ${printableJson(missing)}; ` +
    `"sitemon config show -c ${path}" lists the sites`;
}

function toldProblem(names: readonly string[], sites: readonly Site[]): string | undefined {
  const told = sites.find((site) => !isVisited(site) && names.includes(site.name));
  if (told === undefined) return undefined;
  return `cannot check ${printableJson(told.name)}: others tell of it; ` +
    `"sitemon status" shows what they said`;
}

/** Why there is nothing to check, or not by these URLs; `undefined` when there is. */
export function urlsProblem(urls: readonly string[], sites: readonly Site[]): string | undefined {
  if (urls.length === 0 && sites.length === 0) {
    return "nothing to check; give a URL such as example.org, or with -c a configuration of sites that have one";
  }
  for (const url of urls) {
    const { error } = siteSchema.safeParse({ url });
    if (error) return `invalid URL: ${shownValue(url)} ${error.issues[0]!.message}`;
  }
  return undefined;
}

/** Only for the reports: no site is checked twice here. */
const INTERVAL_MS = 10_000;

/** Sites of URLs alone, with the defaults of a configuration. */
export function sitesOf(urls: readonly string[]): Site[] {
  // There is no default body, neither here nor in a file.
  const { body: _, ...defaults } = defaultConfig().defaults;
  const names = siteNames(urls.map((url) => ({ url })));
  return urls.map((url, index) => {
    const name = names[index]!;
    return resolveSite({ url }, { name, defaults, intervalMs: INTERVAL_MS });
  });
}
