/** `sitemon check --explain`: where a url leads, and which rule lets a check go there or not. */
import type { ExplainedAddress, Explanation } from "../../scanner/reach/explanation.ts";
import type { Site } from "../../config/site.ts";
import { publicUrl } from "../../report/public_url.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

/** Explains each site's url, in their order. */
export type RunExplanations = (sites: readonly Site[]) => AsyncIterable<Explanation>;

export interface CheckExplainOptions {
  readonly sites: readonly Site[];
  readonly json: boolean;
  readonly runExplanations: RunExplanations;
}

/** Hosts that are listed; a large configuration has thousands. */
const HOSTS_MAX = 20;

/** Indents the second line of an item below its first. */
const INDENT = " ".repeat("  addresses  ".length);

/** Resolves to the exit code: 0 when all of them would be visited, 1 when one would not. */
export async function checkExplain(
  { sites, json, runExplanations }: CheckExplainOptions,
  terminal: Terminal,
): Promise<number> {
  let index = 0;
  let areAllVisited = true;
  let permitted: readonly string[] = [];
  for await (const explanation of runExplanations(sites)) {
    const url = publicUrl(sites[index++]!.url);
    areAllVisited &&= explanation.is_visited;
    permitted = explanation.permitted_hosts;
    const text = json
      ? `${printableJson({ url, ...explanation })}\n`
      : explanationText(url, explanation);
    terminal.write(text);
  }
  if (!json) terminal.write(`permitted hosts: ${listText(permitted)}\n`);
  return areAllVisited ? EXIT_OK : EXIT_NOT_UP;
}

/** The explanation in words. */
export function explanationText(url: string, explanation: Explanation): string {
  const verdict = explanation.is_visited ? "would be visited" : "would not be visited";
  return [
    `${printable(url)} ${verdict}`,
    `  host       ${hostText(explanation)}`,
    `  addresses  ${addressesText(explanation)}`,
  ].map((line) => `${line}\n`).join("");
}

function hostText({ endpoint, host, is_host_permitted }: Explanation): string {
  if (is_host_permitted) return `${endpoint} is permitted`;
  return `${endpoint} is not permitted: the configuration does not name it; ` +
    `to permit it, add "${host}" to allow_hosts`;
}

function listText(hosts: readonly string[]): string {
  if (hosts.length === 0) return "nothing";
  const more = hosts.length > HOSTS_MAX ? `, and ${hosts.length - HOSTS_MAX} more` : "";
  return `${hosts.slice(0, HOSTS_MAX).join(", ")}${more}`;
}

function addressesText({ addresses, lookup_failure }: Explanation): string {
  if (lookup_failure !== null) return printable(lookup_failure);
  const lines = addresses.map((one) => `${one.address} is ${decisionText(one)}`);
  const denied = addresses.filter(({ is_denied }) => is_denied).length;
  if (denied > 0 && denied < addresses.length) {
    lines.push("a name is visited only when all of its addresses are allowed");
  }
  return lines.join(`\n${INDENT}`);
}

/** What the policy says, by which entry, and what would change it. */
function decisionText(
  { address, is_denied, list, entry, cidr, carried }: ExplainedAddress,
): string {
  const range = entry === cidr ? cidr : `${cidr} ("${entry}")`;
  if (list === "allow") return `allowed: address_policy.allow has ${range}`;
  if (!is_denied) return "allowed: address_policy denies no range that it lies in";
  const inside = carried === undefined ? "" : `it carries ${carried}, and `;
  const remedy = `to visit it all the same, add "${address}" to address_policy.allow`;
  if (list === "default") return `denied: ${inside}${range} is denied by default; ${remedy}`;
  if (list === "deny") return `denied: ${inside}address_policy.deny has ${range}; ${remedy}`;
  return "denied: it is no address";
}
