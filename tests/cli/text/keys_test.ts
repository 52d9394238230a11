import { deepStrictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { keysOf } from "../../../src/cli/text/keys.ts";

Deno.test("keysOf() knows keys by what terminals send for them, several in one read", () => {
  deepStrictEqual(keysOf("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[1~\x1bOF\r\x7f"), [
    ...["up", "down", "pageup", "pagedown", "home", "end", "enter", "backspace"],
  ]);
  deepStrictEqual(keysOf("/aé日😀"), ["/", "a", "é", "日", "😀"].map((typed) => ({ typed })));
  deepStrictEqual(keysOf("\x1b"), ["escape"]);
});

Deno.test("keysOf() leaves out sequences and characters that are no key", () => {
  deepStrictEqual(keysOf("\x1b[1;5C\x1b[?25h\x1bOP\x01\x00x"), [{ typed: "x" }]);
});

Deno.test("keysOf() takes whatever is sent", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    keysOf(`\x1b${text}\x1b[`);
  }));
});
