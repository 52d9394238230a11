import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { threadResult, threadResults } from "../../../src/runtime/threads/thread_results.ts";
import { threadSpecOf } from "../../testdata/threads/thread_spec_of.ts";

function counting(count: number, dies = false) {
  return threadSpecOf("counting", { name: "counting", setup: { count, dies } });
}

Deno.test("threadResults() yields as many results as asked for, and stops the thread", async () => {
  const results = await Array.fromAsync(threadResults<number>(counting(5), { count: 5 }));
  deepStrictEqual(results, [1, 2, 3, 4, 5]);
  strictEqual(await threadResult<number>(counting(1)), 1);
});

Deno.test("threadResults() stops the thread when the reader leaves early", async () => {
  for await (const result of threadResults<number>(counting(5), { count: 5 })) {
    strictEqual(result, 1);
    break;
  }
});

Deno.test("threadResult() rejects, when a task waits for ever since nobody caught its error", async () => {
  const spec = threadSpecOf("stuck_task", { name: "stuck", setup: {} });
  await rejects(threadResult(spec), { name: "ThreadDiedError", errorName: "RangeError" });
});

Deno.test("threadResults() yields what there was before the thread died, then throws", async () => {
  const seen: number[] = [];
  await rejects(
    async () => {
      for await (const n of threadResults<number>(counting(2, true), { count: 3 })) seen.push(n);
    },
    { name: "ThreadDiedError", errorName: "RangeError", message: /no more numbers/ },
  );
  deepStrictEqual(seen, [1, 2]);
});
