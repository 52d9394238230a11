import { ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { ownAssets } from "../../../src/web/assets/assets.ts";
import { TEXTS } from "../../../src/web/texts/texts.ts";

/** Bytes as they are sent: what each had when it was last weighed, and a tenth. */
const WEIGHTS_MAX = { "page.js": 3_350, "chart.js": 1_790, "page.css": 4_150 };

for (const [locale, { script: texts }] of Object.entries(TEXTS)) {
  const assets = ownAssets({ texts });
  for (const [file, max] of Object.entries(WEIGHTS_MAX)) {
    Deno.test(`ownAssets() has a ${file} of at most ${max} bytes, ${locale}`, () => {
      const weight = gzipSync(assets.get(file)!.text).length;
      ok(weight <= max && weight > max / 2, `${weight}`);
    });
  }
  Deno.test(`ownAssets() has scripts with their texts and without comments, ${locale}`, () => {
    const [page, chart] = ["page.js", "chart.js"].map((file) => assets.get(file)!.text);
    ok(page!.includes(JSON.stringify(texts.silent)));
    for (const text of [page!, chart!]) {
      ok(!/^\s*(\/\*|\/\/)/m.test(text));
      // Whatever is left has to be a script.
      new Function(text.replaceAll("import.meta.url", "location.href"));
    }
  });
}
