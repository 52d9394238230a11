// Goal: whatever becomes of the outbox thread, each report is stored, and stored once.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { joined, workerPermissions } from "../../../src/config/permissions/permissions.ts";
import { Outbox } from "../../../src/outbox/outbox.ts";
import type { ReportSender } from "../../../src/outbox/thread/report_sender.ts";
import { decodeMessage } from "../../../src/report/codec.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { Deadline } from "../../../src/runtime/deadline.ts";
import {
  STOP_GRACE_MS,
  type SupervisedThread,
} from "../../../src/runtime/threads/supervised_thread.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { OUTBOX_SPEC } from "../../../src/threads/outbox/outbox_spec.ts";
import { aSender, DEADLINE_MS, startedThread } from "../started_thread.ts";
import { aReport } from "../../contract/site_reports.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { eventually } from "../../support/waiting.ts";

/** More than the thread stores until it has ended. */
const WAITING = 5_000;

const LIMITS = {
  bytesMax: 1 << 30,
  rowsMax: 100_000,
  freeBytesMin: 0,
  whenFull: "pause",
} as const;

function startOutbox(path: string, sender: ReportSender): Promise<SupervisedThread> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return startedThread({
    name: "outbox",
    module: OUTBOX_SPEC.module.href,
    permissions: workerPermissions(joined([{ read: [folder], write: [folder], sys: ["statfs"] }])),
    setup: { path, ...LIMITS, runId: "this process" },
    logLevels: { level: "info" },
  }, sender);
}

Deno.test("an outbox thread that is terminated again and again stores each report once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-outbox-thread-" });
  const path = `${folder}/outbox.db`;
  const sender = aSender();
  let sent = 0;
  for (let terminations = 0; terminations < 4; terminations++) {
    const thread = await startOutbox(path, sender);
    const stored = sent - sender.pending;
    await eventually(DEADLINE_MS, "500 reports stored", () => {
      const hasStored = sent - sender.pending >= stored + 500;
      while (sender.pending < WAITING) sender.send(aReport({ site: `site ${sent++}` }));
      return hasStored || undefined;
    }, 1);
    // A thread that is told to stop within no time is terminated in the middle of its work.
    await thread.stop(-STOP_GRACE_MS);
    ok(sender.pending > 0, "the thread was terminated at work");
  }
  const thread = await startOutbox(path, sender);
  using limit = new Deadline(systemClock, DEADLINE_MS);
  strictEqual(await sender.flush(limit.signal), 0);
  sender.close();
  await thread.stop(2_000);
  deepStrictEqual(storedSites(path), Array.from({ length: sent }, (_, n) => `site ${n}`));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an outbox thread works in a folder behind a symbolic link", async () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("real/state"), { recursive: true });
  Deno.symlinkSync("real", folder.file("link"));
  const path = folder.file("link/state/outbox.db");
  const sender = aSender();
  const thread = await startOutbox(path, sender);
  sender.send(aReport({ site: "a" }));
  using limit = new Deadline(systemClock, DEADLINE_MS);
  strictEqual(await sender.flush(limit.signal), 0);
  sender.close();
  await thread.stop(2_000);
  deepStrictEqual(storedSites(path), ["a"]);
});

/** In the order of their sequences, which must be consecutive. */
function storedSites(path: string): string[] {
  const telemetry = new ThreadTelemetry(() => {});
  using outbox = Outbox.open({ path, ...LIMITS, clock: systemClock, telemetry });
  const rows = outbox.take({ rowsMax: LIMITS.rowsMax, bytesMax: 1 << 30 });
  deepStrictEqual(rows.map(({ sequence }) => sequence), rows.map((_, index) => index + 1));
  return rows.map(({ payload }) => {
    const message = decodeMessage(payload);
    return message.kind === "report" ? message.report.site : "";
  });
}
