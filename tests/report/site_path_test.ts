import { match, strictEqual } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { nameIn, segmentOf, sitePath } from "../../src/report/site_path.ts";

Deno.test("segmentOf() writes a name as a segment that no parser and no proxy changes", () => {
  const cases: [string, string][] = [
    ["shop", "shop"],
    ["a b", "a%20b"],
    [".", "~2E"],
    ["..", "~2E~2E"],
    ["...", "..."],
    ["https://h/", "https%3A~2F~2Fh~2F"],
    ["~me", "~me"],
    ["~2F", "~7E2F"],
  ];
  for (const [name, segment] of cases) strictEqual(segmentOf(name), segment);
  strictEqual(sitePath(".", "a/b"), "sites/~2E?location=a%2Fb");
});

Deno.test("nameIn() reads what segmentOf() wrote, and percent-encoded names", () => {
  const part = fc.constantFrom("~", "2", "F", "E", "7", "/", ".", "%", "a", "ü", "?", "#");
  const names = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(fc.property(names, (name) => {
    const { pathname } = new URL(`http://h/sites/${segmentOf(name)}`);
    match(pathname, /^\/sites\/[^/]+$/);
    strictEqual(nameIn(decodeURIComponent(pathname.slice("/sites/".length))), name);
  }));
  strictEqual(nameIn(decodeURIComponent("https%3A%2F%2Fh%2F")), "https://h/");
});
