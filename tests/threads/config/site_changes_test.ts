import { strictEqual } from "node:assert/strict";
import { NAMES_MAX, siteChanges } from "../../../src/threads/config/site_changes.ts";
import { aSite } from "../../scanner/sites.ts";

const sites = (...names: string[]) => names.map((name) => aSite("http://h.example/", { name }));
const many = Array.from({ length: NAMES_MAX + 2 }, (_, n) => `s${n}`);

type Sites = ReturnType<typeof sites>;
const TABLE: [what: string, old: Sites, now: Sites, text: string][] = [
  ["nothing", sites("a"), sites("a"), "0 sites added, 0 changed, 0 removed"],
  ["each kind", sites("a", "b"), [
    aSite("http://h.example/", { name: "b", intervalMs: 77 }),
    ...sites("c"),
  ], "1 site added (c), 1 changed (b), 1 removed (a)"],
  ["many", [], sites(...many), "7 sites added (s0, s1, s2, s3, s4, 2 more), 0 changed, 0 removed"],
];

for (const [what, old, now, text] of TABLE) {
  Deno.test(`siteChanges() tells ${what}`, () => strictEqual(siteChanges(old, now), text));
}
