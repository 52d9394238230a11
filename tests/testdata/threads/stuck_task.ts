/** A task that waits for ever, since the error that should end it is thrown where nobody catches it. */
import { serveTask } from "../../../src/runtime/threads/thread.ts";

serveTask(() => {
  queueMicrotask(() => {
    throw new RangeError("nobody catches this");
  });
  return new Promise(() => {});
});
