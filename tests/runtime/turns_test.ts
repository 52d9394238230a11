import { deepStrictEqual, rejects } from "node:assert/strict";
import { Turns } from "../../src/runtime/turns.ts";
import { nextTurn } from "../support/waiting.ts";

Deno.test("take() runs one after the other, whatever becomes of them", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = (name: string, fails = false) => async () => {
    seen.push(`${name} begins`);
    await nextTurn();
    seen.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const [failed, done] = [turns.take(work("first", true)), turns.take(work("second"))];
  await rejects(failed, { message: "first" });
  deepStrictEqual(await done, "second");
  deepStrictEqual(seen, ["first begins", "first ends", "second begins", "second ends"]);
});
