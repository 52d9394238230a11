import { strictEqual } from "node:assert/strict";
import type { Mistake } from "../../../src/config/config_error.ts";
import { crossCheck } from "../../../src/config/resolve/cross_checks.ts";
import { defaultConfig } from "../../../src/config/schema/schema.ts";
import { YamlSource } from "../../../src/config/yaml/yaml_source.ts";

/** The mistakes of a configuration with so many sites. */
function mistakesWith(siteCount: number, max_rows: number): string {
  const { outbox, ...rest } = defaultConfig();
  const mistakes: Mistake[] = [];
  const source = new YamlSource("", {
    file: "a.yaml",
    mistakes,
    isUrl: () => false,
    references: { env: () => undefined, file: () => ({ failure: "no such file" }) },
  });
  const config = { ...rest, outbox: { ...outbox, max_rows } };
  crossCheck({ config, source, siteCount, role: undefined });
  return mistakes.map(({ message }) => message).join("\n");
}

Deno.test("crossCheck() allows 100,000 sites, and not one more", () => {
  strictEqual(mistakesWith(100_000, 1_000_000), "");
  strictEqual(
    mistakesWith(100_001, 1_000_000),
    "100001 sites exceed the limit of 100000; divide them among several processes",
  );
});

Deno.test("crossCheck() requires two rows of the outbox for each site", () => {
  strictEqual(mistakesWith(100, 200), "");
  strictEqual(
    mistakesWith(100, 199),
    '"outbox.max_rows" (199) must be at least twice the number of sites (100); write 200 or more',
  );
});
