import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { messagesOf, messagesPage } from "./messages.ts";
import { filesBelow } from "./source.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = new URL("docs/messages.md", ROOT);

Deno.test("messagesOf() names every text of several words, and what is filled in", () => {
  const text = [
    'import { a } from "./two words.ts";',
    'const key = "one_word";',
    'throw new Error("no such " + `file: ${error.path}; ` + remedyOf(path));',
    'const statement = "SELECT one FROM other_table";',
    "const page = html`<p class='wide page'>All is up</p>`;",
  ].join("\n");
  deepStrictEqual(messagesOf({ path: "src/a.ts", text }), [
    "no such file: {path}; {path}",
    "All is up",
  ]);
});

// `deno task messages` writes the page.
Deno.test("docs/messages.md has every text of the sources", () => {
  const sources = filesBelow(ROOT, "src").filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: Deno.readTextFileSync(new URL(path, ROOT)) }));
  const page = messagesPage(sources);
  if (Deno.args.includes("--write")) Deno.writeTextFileSync(PAGE, page);
  strictEqual(Deno.readTextFileSync(PAGE), page, 'run "deno task messages"');
});
