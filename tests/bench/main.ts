/** `deno task bench [SCENARIO…] [--json] [--short]`: what sitemon costs on this machine. */
import { parseArgs } from "node:util";
import { benchTable, type Row } from "./bench_table.ts";
import type { Scenario } from "./scenario.ts";

/** Loaded when they are called: each needs what the others do not. */
const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  checks: async () => (await import("./checks.ts")).checks,
  micro: async () => (await import("./micro.ts")).micro,
  page: async () => (await import("./status_page.ts")).statusPage,
};

const { values: { json, short }, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    short: { type: "boolean", default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
const unknown = names.find((name) => SCENARIOS[name] === undefined);
if (unknown !== undefined) {
  console.error(
    `Cannot measure "${unknown}" as it must be one of ${Object.keys(SCENARIOS).join(", ")}`,
  );
  Deno.exit(64);
}
const rows: Row[] = [];
for (const name of names) {
  const { description, run } = await SCENARIOS[name]!();
  console.error(`${name}: ${description} …`);
  const figures = await run({ isShort: short });
  rows.push(...figures.map((figure) => ({ scenario: name, ...figure })));
}
for (const text of json ? rows.map((row) => JSON.stringify(row)) : [benchTable(rows).trimEnd()]) {
  console.log(text);
}
