import { deepStrictEqual } from "node:assert/strict";
import { crossMistakes } from "../../../src/config/resolve/cross_checks.ts";
import { configSchema } from "../../../src/config/schema/schema.ts";
import { YamlSource } from "../../../src/config/yaml/yaml_source.ts";

/** The mistakes of a configuration with so many sites. */
function mistakes(siteCount: number, rowsMax: number): string[] {
  const value = { outbox: { max_rows: rowsMax } };
  const source = new YamlSource(JSON.stringify(value), {
    file: "a.yaml",
    mistakes: [],
    references: { env: () => undefined, file: () => ({ failure: "is not there" }) },
  });
  return crossMistakes({
    config: configSchema.parse({ ...value, store: { path: "b.db" } }),
    source,
    siteCount,
    given: new Set(),
    role: undefined,
    checkAddress: undefined,
  }).map(({ message }) => message.replace(/:.*/, ""));
}

Deno.test("crossMistakes() takes 100,000 sites, and not one more", () => {
  deepStrictEqual(mistakes(100_000, 1_000_000), []);
  deepStrictEqual(mistakes(100_001, 1_000_000), [
    "Cannot use these sites as there must be at most 100000",
  ]);
});

Deno.test("crossMistakes() wants two rows of the outbox for each site", () => {
  deepStrictEqual(mistakes(100, 200), []);
  deepStrictEqual(mistakes(100, 199), [
    'Cannot use "outbox.max_rows" as it must be at least twice the number of sites',
  ]);
});
