import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Turns } from "../../../../src/status/postgres/connection/turns.ts";

Deno.test("take() runs one work at a time, in the order of the calls", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
  };
  await Promise.all([turns.take(work("a")), turns.take(work("b"))]);
  deepStrictEqual(log, ["a begins", "a ends", "b begins", "b ends"]);
});

Deno.test("take() goes on, when a work failed", async () => {
  const turns = new Turns();
  const failing = turns.take(() => Promise.reject(new Error("no")));
  const next = turns.take(() => Promise.resolve(7));
  await rejects(failing, /no/);
  strictEqual(await next, 7);
});
