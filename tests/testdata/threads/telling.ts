/** A thread that tells what happens to it, under the name that its setup is. */
import { serveThread } from "../../../src/runtime/threads/thread.ts";

serveThread<string>({
  onUncaught: "fail",
  start(name, { result, takesOverAtMs }) {
    result(`${name} ${takesOverAtMs === undefined ? "starts" : "takes over"}`);
    return Promise.resolve({
      assign: (work) => result(`${name} works on ${work}`),
      link: (role) => result(`${name} is linked to ${role}`),
      stop() {
        result(`${name} stops`);
        return Promise.resolve();
      },
    });
  },
});
