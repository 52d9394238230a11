import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { printExplanations, sitesOf } from "../../../src/cli/commands/check.ts";
import { explanationText, hostsText } from "../../../src/cli/text/explanation_text.ts";
import type { Explanation } from "../../../src/scanner/reach/explanation.ts";
import { redactor } from "../../../src/runtime/telemetry/redaction.ts";
import { FakeTerminal } from "./fake_terminal.ts";

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
    "https://a.example/ would be checked",
    "  host       a.example:443 is permitted",
    "  addresses  192.0.2.1 is allowed: it is in no range that address_policy denies",
  ]);
});

Deno.test("explanationText() names the key to change, when the host is not permitted", () => {
  const [verdict, host] = text({ is_host_permitted: false, is_visited: false });
  strictEqual(verdict, "https://a.example/ would not be checked");
  const advice = 'it is not in the configuration; to permit it, add "a.example" to allow_hosts';
  strictEqual(host, `  host       a.example:443 is not permitted: ${advice}`);
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
    '  addresses  10.0.0.1 is denied: 10.0.0.0/8 ("private") is in address_policy.deny; ' +
    'to allow it, add "10.0.0.1" to address_policy.allow',
    "             ::ffff:169.254.169.254 is denied: it embeds 169.254.169.254, and " +
    '169.254.0.0/16 is denied by default; to allow it, add "::ffff:169.254.169.254" ' +
    "to address_policy.allow",
    "             10.0.0.7 is allowed: 10.0.0.7 is in address_policy.allow",
    "             ? is denied: not an IP address",
    "             a host is checked only when all of its addresses are allowed",
  ]);
});

Deno.test("explanationText() says why there is no address, when the lookup failed", () => {
  const lookup_failure = "the name does not exist";
  const lines = text({ addresses: [], lookup_failure, is_visited: false });
  strictEqual(lines.at(-1), "  addresses  the name does not exist");
});

Deno.test("hostsText() names the first hosts, and how many more there are", () => {
  strictEqual(hostsText([]), "none");
  const hosts = Array.from({ length: 23 }, (_, n) => `h${n}:443`);
  ok(hostsText(hosts).endsWith(", h19:443, and 3 more"));
});

async function explained(urls: readonly string[], json = false) {
  const terminal = new FakeTerminal();
  async function* explanations() {
    await Promise.resolve();
    for (const url of urls) yield { ...ALLOWED, is_visited: !url.includes("denied") };
  }
  const redact = redactor(["t0ken"]);
  const options = { sites: sitesOf(urls), json, explanations: explanations(), redact };
  return { code: await printExplanations(options, terminal), output: terminal.output };
}

Deno.test("printExplanations() exits 0 when all would be checked, 1 when one would not", async () => {
  const { code, output } = await explained(["https://me:secret@a.example/"]);
  strictEqual(code, 0);
  ok(!output.includes("secret"));
  ok(output.endsWith("\npermitted hosts: a.example:443\n"));
  strictEqual((await explained(["https://a.example/", "https://denied.example/"])).code, 1);
});

Deno.test("printExplanations() shows no secret, in words or as JSON", async () => {
  const urls = ["https://a.example/t0ken?k=t%30ken"];
  ok((await explained(urls)).output.startsWith("https://a.example/***?k=*** would be checked\n"));
  const { url } = JSON.parse((await explained(urls, true)).output);
  strictEqual(url, "https://a.example/***?k=***");
});

Deno.test("printExplanations() writes one object a line, when JSON is asked for", async () => {
  const { output } = await explained(["https://a.example/"], true);
  deepStrictEqual(JSON.parse(output), { url: "https://a.example/", ...ALLOWED });
});
