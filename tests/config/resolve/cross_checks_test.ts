import { strictEqual } from "node:assert/strict";
import { crossMistakes } from "../../../src/config/resolve/cross_checks.ts";
import { defaultConfig } from "../../../src/config/schema/schema.ts";
import { YamlSource } from "../../../src/config/yaml/yaml_source.ts";

/** The mistakes of a configuration with so many sites. */
function mistakes(siteCount: number, max_rows: number): string {
  const { outbox, ...rest } = defaultConfig();
  const source = new YamlSource("", {
    file: "a.yaml",
    mistakes: [],
    references: { env: () => undefined, file: () => ({ failure: "no such file" }) },
  });
  const config = { ...rest, outbox: { ...outbox, max_rows } };
  const found = crossMistakes({ config, source, siteCount, role: undefined });
  return found.map(({ message }) => message).join("\n");
}

Deno.test("crossMistakes() allows 100,000 sites, and not one more", () => {
  strictEqual(mistakes(100_000, 1_000_000), "");
  strictEqual(
    mistakes(100_001, 1_000_000),
    "100001 sites exceed the limit of 100000; divide them among several processes",
  );
});

Deno.test("crossMistakes() requires two rows of the outbox for each site", () => {
  strictEqual(mistakes(100, 200), "");
  strictEqual(
    mistakes(100, 199),
    '"outbox.max_rows" (199) must be at least twice the number of sites (100); write 200 or more',
  );
});
