import { deepStrictEqual } from "node:assert/strict";
import { matchesSite, type SiteMatcher } from "../../src/runtime/matches_site.ts";

const CASES: readonly (readonly [SiteMatcher, string, boolean])[] = [
  [{}, "shop", true],
  [{ names: null, labels: null }, "shop", true],
  [{ names: ["shop"] }, "shop", true],
  [{ names: ["shop"] }, "shops", false],
  [{ names: ["*"] }, "", true],
  [{ names: ["sh*"] }, "shop", true],
  [{ names: ["*op"] }, "shop", true],
  [{ names: ["s*o*p"] }, "shop", true],
  [{ names: ["sh*ho"] }, "sho", false],
  [{ names: ["a*a"] }, "a", false],
  [{ names: ["s?op", "sh.p"] }, "shop", false],
  [{ names: ["x", "s**p"] }, "shop", true],
  [{ labels: { team: "a" } }, "shop", true],
  [{ labels: { team: "a", env: "b" } }, "shop", false],
  [{ labels: { toString: "a" } }, "shop", false],
  [{ names: ["shop"], labels: { team: "b" } }, "shop", false],
];

Deno.test("matchesSite() wants one of the names and all of the labels", () => {
  const found = CASES.map(([matcher, site]) =>
    matchesSite(matcher, { site, labels: { team: "a" } })
  );
  deepStrictEqual(found, CASES.map(([, , expected]) => expected));
});

Deno.test("matchesSite() takes as long as the name, whatever the glob", () => {
  const glob = `${"a*".repeat(100)}b`;
  deepStrictEqual(matchesSite({ names: [glob] }, { site: "a".repeat(200), labels: {} }), false);
});
