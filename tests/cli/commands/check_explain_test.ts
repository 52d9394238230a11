import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sitesOf } from "../../../src/cli/commands/check.ts";
import {
  checkExplain,
  explanationText,
  type RunExplanations,
} from "../../../src/cli/commands/check_explain.ts";
import type { Explanation } from "../../../src/scanner/reach/explanation.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

const ALLOWED: Explanation = {
  endpoint: "a.example:443",
  host: "a.example",
  is_host_permitted: true,
  permitted_hosts: ["a.example:443"],
  addresses: [{ address: "192.0.2.1", is_denied: false }],
  lookup_failure: null,
  is_visited: true,
};

function text(changes: Partial<Explanation>): string[] {
  return explanationText("https://a.example/", { ...ALLOWED, ...changes }).trimEnd().split("\n");
}

Deno.test("explanationText() says what is permitted and allowed, when a url would be visited", () => {
  deepStrictEqual(text({}), [
    "https://a.example/ would be visited",
    "  host       a.example:443 is permitted",
    "  addresses  192.0.2.1 is allowed: address_policy denies no range that it lies in",
  ]);
});

Deno.test("explanationText() names the key to change, when the host is not permitted", () => {
  const [verdict, host] = text({ is_host_permitted: false, is_visited: false });
  strictEqual(verdict, "https://a.example/ would not be visited");
  strictEqual(
    host,
    "  host       a.example:443 is not permitted: the configuration does not name it; " +
      'to permit it, add "a.example" to allow_hosts',
  );
});

Deno.test("explanationText() says of each address which entry decides, and what would change it", () => {
  const addresses = [
    { address: "10.0.0.1", is_denied: true, list: "deny", entry: "private", cidr: "10.0.0.0/8" },
    {
      address: "::ffff:169.254.169.254",
      is_denied: true,
      list: "default",
      entry: "169.254.0.0/16",
      cidr: "169.254.0.0/16",
      carried: "169.254.169.254",
    },
    { address: "10.0.0.7", is_denied: false, list: "allow", entry: "10.0.0.7", cidr: "10.0.0.7" },
    { address: "?", is_denied: true },
  ] as const;
  deepStrictEqual(text({ addresses, is_visited: false }).slice(2), [
    '  addresses  10.0.0.1 is denied: address_policy.deny has 10.0.0.0/8 ("private"); ' +
    'to visit it all the same, add "10.0.0.1" to address_policy.allow',
    "             ::ffff:169.254.169.254 is denied: it carries 169.254.169.254, and " +
    '169.254.0.0/16 is denied by default; to visit it all the same, add "::ffff:169.254.169.254" ' +
    "to address_policy.allow",
    "             10.0.0.7 is allowed: address_policy.allow has 10.0.0.7",
    "             ? is denied: it is no address",
    "             a name is visited only when all of its addresses are allowed",
  ]);
});

Deno.test("explanationText() says why there is no address, when the lookup failed", () => {
  const lookup_failure = "the name does not exist";
  const lines = text({ addresses: [], lookup_failure, is_visited: false });
  strictEqual(lines.at(-1), "  addresses  the name does not exist");
});

const runExplanations: RunExplanations = async function* (sites) {
  await Promise.resolve();
  for (const { url } of sites) yield { ...ALLOWED, is_visited: !url.includes("denied") };
};

Deno.test("checkExplain() exits 0 when all would be visited, 1 when one would not", async () => {
  const terminal = new FakeTerminal();
  const good = sitesOf(["https://me:secret@a.example/"]);
  strictEqual(await checkExplain({ sites: good, json: false, runExplanations }, terminal), 0);
  strictEqual(terminal.output.includes("secret"), false);
  strictEqual(terminal.output.endsWith("\npermitted hosts: a.example:443\n"), true);
  const both = sitesOf(["https://a.example/", "https://denied.example/"]);
  strictEqual(await checkExplain({ sites: both, json: false, runExplanations }, terminal), 1);
});

Deno.test("checkExplain() writes one object a line, when JSON is asked for", async () => {
  const terminal = new FakeTerminal();
  const sites = sitesOf(["https://a.example/"]);
  await checkExplain({ sites, json: true, runExplanations }, terminal);
  deepStrictEqual(JSON.parse(terminal.output), { url: "https://a.example/", ...ALLOWED });
});
