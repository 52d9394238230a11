/** docs/checks.md names every key and every reason, and its examples are sound. */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { REASONS } from "../../src/report/outcome.ts";
import { jsonPathProblem } from "../../src/scanner/expect/json_path.ts";
import { patternProblem } from "../../src/scanner/expect/pattern.ts";
import { fakeHostEnvironment } from "../config/fake_host_environment.ts";
import { schemaKeys } from "../config/schema/schema_keys.ts";
import { pem } from "../support/pem.ts";

const TEXT = Deno.readTextFileSync(new URL("../../docs/checks.md", import.meta.url));
const EXAMPLES = [...TEXT.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) => yaml!);

const FILES = {
  "import.json": "{}",
  "ca.pem": pem("right.cert"),
  "client.pem": pem("right.cert"),
  "client.key": pem("right.key"),
  "tokens/backup": "token-of-backup",
  "tokens/dump": "token-of-dump",
  "tokens/queue": "token-of-queue",
  "tokens/router": "token-of-router",
};
const ENV = { SITE_PASSWORD: "password", SITE_TOKEN: "t0ken", PROXY_PASSWORD: "password" };

for (const [index, yaml] of EXAMPLES.entries()) {
  Deno.test(`docs/checks.md has an example ${index + 1} that loads`, () => {
    const hostEnvironment = fakeHostEnvironment({ files: { "a.yaml": yaml, ...FILES }, env: ENV });
    const checkers = { checkPattern: patternProblem, checkJsonPath: jsonPathProblem };
    ok(loadConfig("a.yaml", { hostEnvironment, ...checkers }).sites.length > 0);
  });
}

Deno.test("docs/checks.md has every key of a site and of connectivity in an example", () => {
  const used = new Set(EXAMPLES.flatMap((yaml) => pathsIn(parse(yaml), "")));
  const keys = schemaKeys().map(({ name }) => name)
    .filter((name) => /^(site|connectivity)\./.test(name));
  deepStrictEqual(keys.filter((name) => !used.has(name)), []);
});

Deno.test("docs/checks.md has every condition of headers and of JSON values in an example", () => {
  const used = new Set(EXAMPLES.flatMap((yaml) => pathsIn(parse(yaml), "")));
  const json = ["equals", "not_equals", "matches", "less_than", "greater_than", "exists"];
  const header = ["equals", "not_equals", "contains", "matches", "exists"];
  for (const name of json) ok(used.has(`site.expect.json.${name}`), name);
  for (const name of header) ok(used.has(`site.expect.header.${name}`), name);
});

Deno.test("docs/checks.md has every reason in the order of the list, each with an example", () => {
  const [, table = ""] = TEXT.split("\n## Reasons");
  const rows = [...table.matchAll(/^\| `(\w+)` +\| +(.+?) +\| +(.+?) +\|$/gm)];
  deepStrictEqual(rows.map(([, reason]) => reason), [...REASONS]);
  for (const [row] of rows) match(row, /\| [^|]{20,}\|$/);
});

/** Every key, as schemaKeys() names it; positions in lists are left out. */
function pathsIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, path));
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) => {
      const isSite = path === "" && (key === "sites" || key === "defaults");
      return pathsIn(item, isSite ? "site" : path === "" ? key : `${path}.${key}`);
    }),
  ];
}
