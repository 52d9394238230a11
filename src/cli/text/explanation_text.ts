/** `sitemon check --explain` in words: where a URL leads, and which rule allows or denies a check. */
import type { ExplainedAddress, Explanation } from "../../scanner/reach/explanation.ts";
import { printable } from "./terminal_text.ts";

/** Hosts that are listed; a large configuration has thousands. */
const HOSTS_MAX = 20;

/** Indents the second line of an item below its first. */
const INDENT = " ".repeat("  addresses  ".length);

/** A few lines about one URL, each with its line break. */
export function explanationText(url: string, explanation: Explanation): string {
  const verdict = explanation.is_visited ? "would be checked" : "would not be checked";
  return [
    `${printable(url)} ${verdict}`,
    `  host       ${hostText(explanation)}`,
    `  addresses  ${addressesText(explanation)}`,
  ].map((line) => `${line}\n`).join("");
}

/** The first hosts, and how many more there are. */
export function hostsText(hosts: readonly string[]): string {
  if (hosts.length === 0) return "none";
  const more = hosts.length > HOSTS_MAX ? `, and ${hosts.length - HOSTS_MAX} more` : "";
  return `${hosts.slice(0, HOSTS_MAX).join(", ")}${more}`;
}

function hostText({ endpoint, host, is_host_permitted }: Explanation): string {
  if (is_host_permitted) return `${endpoint} is permitted`;
  return `${endpoint} is not permitted: it is not in the configuration; ` +
    `to permit it, add "${host}" to allow_hosts`;
}

function addressesText({ addresses, lookup_failure }: Explanation): string {
  if (lookup_failure !== null) return printable(lookup_failure);
  const lines = addresses.map((one) => `${one.address} is ${decisionText(one)}`);
  const denied = addresses.filter(({ is_denied }) => is_denied).length;
  if (denied > 0 && denied < addresses.length) {
    lines.push("a host is checked only when all of its addresses are allowed");
  }
  return lines.join(`\n${INDENT}`);
}

/** What the policy says, by which entry, and what would change it. */
function decisionText(
  { address, is_denied, list, entry, cidr, carried }: ExplainedAddress,
): string {
  const range = entry === cidr ? cidr : `${cidr} ("${entry}")`;
  if (list === "allow") return `allowed: ${range} is in address_policy.allow`;
  if (!is_denied) return "allowed: it is in no range that address_policy denies";
  const inside = carried === undefined ? "" : `it embeds ${carried}, and `;
  const remedy = `to allow it, add "${address}" to address_policy.allow`;
  if (list === "default") return `denied: ${inside}${range} is denied by default; ${remedy}`;
  if (list === "deny") return `denied: ${inside}${range} is in address_policy.deny; ${remedy}`;
  return "denied: not an IP address";
}
