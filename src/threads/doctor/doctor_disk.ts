/** A thread for `sitemon doctor`: examines a folder, and answers with what it found. */
import { type DiskExamination, examineDisk } from "../../outbox/examine_disk.ts";
import { serveThread } from "../../runtime/threads/thread.ts";

serveThread<DiskExamination>({
  onUncaught: "fail",
  start(setup, { result }) {
    result(examineDisk(setup));
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
