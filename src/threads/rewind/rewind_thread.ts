/** A thread for `sitemon rewind`: changes where the consumers go on reading, once. */
import { rewind, type RewindOptions } from "../../kafka/rewind.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";

export type RewindSetup = Omit<RewindOptions, "clock">;

serveTask<RewindSetup>(async (setup, { result }) => {
  result(await rewind({ ...setup, clock }));
});
