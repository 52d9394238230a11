// Goal: docs/guarantees.md names tests that exist, where it says they are.
import { deepStrictEqual, ok } from "node:assert/strict";

const PAGE = new URL("../../docs/guarantees.md", import.meta.url);

Deno.test("docs/guarantees.md names tests that exist", () => {
  const page = Deno.readTextFileSync(PAGE);
  const files = new Map(
    [...page.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, name, path]) => [
      name!,
      Deno.readTextFileSync(new URL(path!, PAGE)),
    ]),
  );
  const named = [...page.matchAll(/`([^`]+)` \[([^\]]+)\]/g)];
  ok(named.length > 50, `${named.length} tests`);
  const wrong = named.filter(([, test, file]) => !files.get(file!)?.includes(test!))
    .map(([text]) => text);
  deepStrictEqual(wrong, []);
  const used = new Set([...page.matchAll(/[^!\]]\[([^\]\n]+)\](?![:(])/g)].map(([, name]) => name));
  deepStrictEqual(
    [...files.keys()].filter((name) => !used.has(name)),
    [],
    "files that nobody names",
  );
});
