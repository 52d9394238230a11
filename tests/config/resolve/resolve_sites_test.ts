import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { siteNames } from "../../../src/config/resolve/resolve_sites.ts";

Deno.test("siteNames() uses the URL without credentials, numbered on a repeat", () => {
  const names = siteNames([
    { url: "http://u:p@a/" },
    { url: "http://a/" },
    { url: "http://b/", name: "http://a/#3" },
    { url: "http://a/" },
    { url: "http://b/", name: "http://c/" },
    { url: "http://c/" },
  ]);
  deepStrictEqual(names, [
    "http://a/",
    "http://a/#2",
    "http://a/#3",
    "http://a/#4",
    "http://c/",
    "http://c/#2",
  ]);
});

Deno.test("siteNames() cuts long URLs to 200 characters, never within one", () => {
  const url = `http://a/${"x".repeat(190)}\u{1f600}${"y".repeat(50)}`;
  const [first, second] = siteNames([{ url }, { url }]) as [string, string];
  strictEqual(first.length, 199);
  ok(first.isWellFormed() && second.isWellFormed());
  ok(second.endsWith("#2") && second.length <= 200);
});

Deno.test("siteNames() gives unique names, whatever the sites", () => {
  const site = fc.record({
    url: fc.constantFrom("http://a/", "http://b/", `http://c/${"x".repeat(300)}`),
    name: fc.option(fc.constantFrom("http://a/", "http://a/#2", "http://b/#2"), { nil: undefined }),
  });
  fc.assert(fc.property(fc.array(site), (sites) => {
    const own = new Set<string>();
    const distinct = sites.map(({ url, name }) => {
      if (name === undefined || own.has(name)) return { url };
      own.add(name);
      return { url, name };
    });
    const names = siteNames(distinct);
    strictEqual(new Set(names).size, names.length);
  }));
});
