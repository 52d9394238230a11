import { deepStrictEqual } from "node:assert/strict";
import { sourceOf } from "./source.ts";

Deno.test("sourceOf() lists what a file imports, and when that is loaded", () => {
  const { imports } = sourceOf(
    "src/status/a.ts",
    `import type { A } from "./b.ts";
     import { type C } from "pg";
     import "../main.ts";
     export * from "./d.ts";
     export type { E } from "./e.ts";
     const later = () => import("./f.ts");
     const thread = new URL("./g.ts", import.meta.url);`,
  );
  deepStrictEqual(imports.map(({ kind, target }) => `${kind} ${target}`), [
    "type src/status/b.ts",
    "static pg",
    "static src/main.ts",
    "static src/status/d.ts",
    "type src/status/e.ts",
    "dynamic src/status/f.ts",
  ]);
});

Deno.test("sourceOf() measures functions and methods, by the line where they begin", () => {
  const { functions } = sourceOf(
    "src/a.ts",
    "function one() {\n}\nclass A {\n  two() {\n  }\n}\nconst three = () => {\n  return 1;\n};",
  );
  deepStrictEqual(functions, [
    { line: 1, lines: 2 },
    { line: 4, lines: 2 },
    { line: 7, lines: 3 },
  ]);
});

Deno.test("sourceOf() names what is called, and variables outside of functions", () => {
  const { calls, state } = sourceOf(
    "src/a.ts",
    "let a = 1;\nexport var b = 2;\nfunction f() {\n  let c;\n  Deno.connect({});\n  new WebSocket(c);\n}",
  );
  deepStrictEqual([...calls], ["Deno.connect", "WebSocket"]);
  deepStrictEqual(state, [1, 2]);
});

Deno.test("sourceOf() lists regular expressions", () => {
  const { expressions } = sourceOf("src/a.ts", "const a = 1 / 2 / 3;\nf(/\\s+[/]/gi, 'b/c/');");
  deepStrictEqual(expressions, [{ line: 2, expression: /\s+[/]/gi }]);
});

Deno.test("sourceOf() names what a file exports", () => {
  const { exports } = sourceOf(
    "src/a.ts",
    "export const a = 1, b = 2; export function c() {} export class D {} export type { E } from './e.ts';",
  );
  deepStrictEqual(exports, ["a", "b", "c", "D", "E"]);
});
