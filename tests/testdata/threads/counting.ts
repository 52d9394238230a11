/** A thread that answers with 1, 2, 3 … and then dies, if its setup says so. */
import { serveThread } from "../../../src/runtime/threads/thread.ts";

serveThread<{ readonly count: number; readonly dies: boolean }>({
  onUncaught: "fail",
  start({ count, dies }, { result, fail }) {
    for (let i = 1; i <= count; i++) result(i);
    if (dies) fail(new RangeError("no more numbers"));
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
