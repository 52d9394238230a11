import { deepStrictEqual, throws } from "node:assert/strict";
import { ANSWERS_MAX, memoize } from "../../src/runtime/memoize.ts";

function counted() {
  const asked: string[] = [];
  const answer = memoize((key) => {
    asked.push(key);
    if (key === "bad") throw new RangeError(key);
    return key.length > 3;
  });
  return { asked, answer };
}

Deno.test("memoize() asks once about each key, also when the answer is false", () => {
  const { asked, answer } = counted();
  deepStrictEqual(["long", "no", "long", "no"].map(answer), [true, false, true, false]);
  deepStrictEqual(asked, ["long", "no"]);
});

Deno.test("memoize() asks again, when the function threw", () => {
  const { asked, answer } = counted();
  for (let i = 0; i < 2; i++) throws(() => answer("bad"), RangeError);
  deepStrictEqual(asked, ["bad", "bad"]);
});

Deno.test("memoize() keeps so many answers at most", () => {
  const { asked, answer } = counted();
  for (let i = 0; i < ANSWERS_MAX; i++) answer(`key-${i}`);
  answer("key-0");
  deepStrictEqual(asked.length, ANSWERS_MAX);
  answer("one more");
  answer("key-0");
  deepStrictEqual(asked.slice(ANSWERS_MAX), ["one more", "key-0"]);
});
