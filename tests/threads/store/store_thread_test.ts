// Goal: outbox and store of a run share a thread, and whatever becomes of the one, the other goes on.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readStats } from "../../../src/outbox/outbox_stats.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { Deadline } from "../../../src/runtime/deadline.ts";
import { STOP_GRACE_MS } from "../../../src/runtime/threads/supervised_thread.ts";
import { specsOf } from "../../../src/threads/daemon_thread.ts";
import { STORE_SPEC } from "../../../src/threads/store/store_spec.ts";
import { loadText } from "../../config/load_text.ts";
import { aReport } from "../../contract/site_reports.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "../../outbox/file/small_disk.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { eventually } from "../../support/waiting.ts";
import { aSender, DEADLINE_MS, startedThread } from "../started_thread.ts";

/** More than the thread stores until it has ended. */
const WAITING = 2_000;

/** A run's two files, and who sends reports to the thread that owns them. */
class Place implements Disposable {
  readonly #folder = new TempFolder();
  readonly outbox = this.#folder.file("outbox.db");
  readonly sender = aSender();
  sent = 0;

  readonly status: string;

  constructor(status?: string) {
    this.status = status ?? this.#folder.file("status.db");
  }

  start() {
    const loaded = loadText(`
sites: [{ url: "http://a.example/" }]
outbox: { path: "${this.outbox}", min_free_bytes: 0 }
store: { path: "${this.status}" }
`);
    const schedule = { originMs: 0, since: new Map() };
    const [spec] = specsOf(STORE_SPEC, loaded, { role: "run", schedule, runId: "this process" });
    return startedThread(spec!, this.sender);
  }

  send(count: number): void {
    for (const end = this.sent + count; this.sent < end; this.sent++) {
      this.sender.send(aReport({ site: `site ${this.sent}`, checked_at: systemClock.nowMicros() }));
    }
  }

  /** Resolves when every report is in the outbox or behind it. */
  async stored(): Promise<void> {
    using limit = new Deadline(systemClock, DEADLINE_MS);
    strictEqual(await this.sender.flush(limit.signal), 0);
  }

  /** Resolves when every report is in the history, each once, and none in the outbox. */
  async applied(): Promise<void> {
    const isEmpty = () => readStats(this.outbox).rows === 0 || undefined;
    await eventually(DEADLINE_MS, "an empty outbox", isEmpty);
    using db = new DatabaseSync(this.status, { readOnly: true });
    const rows = db.prepare("SELECT site, sequence FROM site_report ORDER BY sequence").all();
    const all = Array.from({ length: this.sent }, (_, n) => [`site ${n}`, n + 1]);
    deepStrictEqual(rows.map(({ site, sequence }) => [site, sequence]), all);
  }

  [Symbol.dispose](): void {
    this.sender.close();
    this.#folder[Symbol.dispose]();
  }
}

Deno.test("a store thread that is terminated again and again applies each report once", async () => {
  using place = new Place();
  for (let terminations = 0; terminations < 4; terminations++) {
    const thread = await place.start();
    const stored = place.sent - place.sender.pending;
    await eventually(DEADLINE_MS, "500 reports stored", () => {
      const hasStored = place.sent - place.sender.pending >= stored + 500;
      place.send(WAITING - place.sender.pending);
      return hasStored || undefined;
    }, 1);
    // A thread that is told to stop within no time is terminated in the middle of its work.
    await thread.stop(-STOP_GRACE_MS);
    ok(place.sender.pending > 0, "the thread was terminated at work");
  }
  const thread = await place.start();
  await place.stored();
  await place.applied();
  await thread.stop(2_000);
});

Deno.test("a store thread stores reports while another process writes the status", async () => {
  using place = new Place();
  const thread = await place.start();
  place.send(1);
  await place.stored();
  await place.applied();
  using other = new DatabaseSync(place.status);
  other.exec("BEGIN IMMEDIATE");
  place.send(200);
  await place.stored();
  strictEqual(readStats(place.outbox).rows, 200);
  other.exec("ROLLBACK");
  await place.applied();
  await thread.stop(2_000);
});

Deno.test("a store thread that ends while the status is locked keeps the rows for the next one", async () => {
  using place = new Place();
  const first = await place.start();
  place.send(1);
  await place.stored();
  await place.applied();
  {
    using other = new DatabaseSync(place.status);
    other.exec("BEGIN IMMEDIATE");
    place.send(10);
    await place.stored();
    await first.stop(1_000);
  }
  strictEqual(readStats(place.outbox).rows, 10);
  const second = await place.start();
  await place.applied();
  await second.stop(2_000);
});

machineTest(WITHOUT_SMALL_DISK)(
  "a store thread stores reports while the disk of the status is full",
  async () => {
    using disk = new SmallDisk(1);
    using place = new Place(`${disk.folder}/status.db`);
    const thread = await place.start();
    place.send(1);
    await place.stored();
    await place.applied();
    const giveBack = disk.fill(16_384);
    place.send(200);
    await place.stored();
    ok(readStats(place.outbox).rows > 0);
    giveBack();
    await place.applied();
    await thread.stop(2_000);
  },
);
