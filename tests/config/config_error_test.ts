import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ConfigError, inOrder, type Mistake } from "../../src/config/config_error.ts";

function mistake(file: string, line: number, column: number, message = "no"): Mistake {
  return { file, line, column, message };
}

Deno.test("ConfigError has one line per mistake, with its place", () => {
  const error = new ConfigError([mistake("a", 1, 2, "first"), mistake("b", 3, 4, "second")]);
  strictEqual(error.message, "a:1:2: first\nb:3:4: second");
  strictEqual(error.name, "ConfigError");
});

Deno.test("inOrder() sorts by place, keeps the order of files, and drops repeats", () => {
  const unordered = [
    mistake("z", 2, 1),
    mistake("a", 1, 1),
    mistake("z", 1, 9),
    mistake("z", 1, 10),
    mistake("z", 2, 1),
  ];
  deepStrictEqual(inOrder(unordered), [
    mistake("z", 1, 9),
    mistake("z", 1, 10),
    mistake("z", 2, 1),
    mistake("a", 1, 1),
  ]);
});
