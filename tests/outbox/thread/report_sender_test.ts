import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import fc, { runs } from "../../support/random_runs.ts";
import { draftColumns } from "../../../src/outbox/thread/columns.ts";
import {
  BATCH_REPORTS_MAX,
  BATCHES_IN_FLIGHT_MAX,
  type StoreRequest,
} from "../../../src/outbox/thread/port_message.ts";
import {
  BUFFER_FULL,
  BUFFER_REPORTS_MAX,
  BUFFER_ROOM,
  GATHER_MS,
  PING_GATHER_MS,
  ReportSender,
  type ReportSenderOptions,
} from "../../../src/outbox/thread/report_sender.ts";
import { GROUP_WAIT_MS } from "../../../src/outbox/thread/serve_outbox.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { eventually, nextTurn, within } from "../../support/waiting.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { draftsOf, drain, manyReports, reportsOf, waiting } from "../outbox_fixture.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { ServedOutbox } from "./served_outbox.ts";

const DEADLINE_MS = 60_000;

function aSender(options: Partial<ReportSenderOptions> = {}): ReportSender {
  return new ReportSender({
    sourceId: crypto.randomUUID(),
    clock: systemClock,
    telemetry: new RecordingTelemetry(),
    onUnencodable() {},
    ...options,
  });
}

function until(what: string, isTrue: () => boolean): Promise<true> {
  return eventually(DEADLINE_MS, what, () => isTrue() || undefined);
}

function soon(): AbortSignal {
  return AbortSignal.timeout(DEADLINE_MS);
}

/** Commits whatever arrives until the sender has nothing left. */
async function storeAll(served: ServedOutbox, sender: ReportSender): Promise<void> {
  await until("all reports", () => {
    served.serverClock.advance(GROUP_WAIT_MS);
    return sender.pending === 0;
  });
}

/** Each of them in a batch of its own. */
function sendApart(sender: ReportSender, clock: FakeClock, sites: readonly string[]): void {
  for (const report of reportsOf(...sites)) {
    sender.send(report);
    clock.advance(GATHER_MS);
  }
}

/** The other end of a sender's port, in the hands of a test. */
class ManualOutbox implements Disposable {
  readonly requests: StoreRequest[] = [];
  readonly theirs: MessagePort;
  readonly #port: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.theirs = port2;
    port1.onmessage = ({ data }: MessageEvent<StoreRequest>) => void this.requests.push(data);
  }

  answer(type: "stored" | "retry", ...batches: readonly number[]): void {
    for (const batch of batches) this.#port.postMessage({ type, batch });
  }

  /** The numbers of the batches that arrived, when there are that many. */
  async batches(count: number): Promise<number[]> {
    await until(`${count} batches`, () => this.requests.length >= count);
    return this.requests.map((request) => request.batch);
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}

/** A sender whose clock and outbox are in the hands of a test. */
class SenderBench implements Disposable {
  readonly clock = new FakeClock();
  readonly outbox = new ManualOutbox();
  readonly sender = aSender({ clock: this.clock });
  #posted = 0;

  constructor() {
    const post = this.outbox.theirs.postMessage.bind(this.outbox.theirs);
    this.outbox.theirs.postMessage = (message: StoreRequest) => {
      this.#posted++;
      post(message);
    };
    this.sender.connect(this.outbox.theirs);
  }

  /** How many batches were sent, whether or not they have arrived. */
  readonly posted = () => this.#posted;

  [Symbol.dispose](): void {
    this.sender.close();
    this.outbox[Symbol.dispose]();
  }
}

Deno.test("ReportSender stores every report through serveOutbox(), in order", async () => {
  using served = new ServedOutbox();
  using sender = aSender();
  served.connect(sender);
  const reports = manyReports(1_000);
  for (const report of reports) sender.send(report);
  strictEqual(sender.pending, 1_000);
  await storeAll(served, sender);
  deepStrictEqual(
    waiting(served.outbox).reports.map((report) => report.site),
    reports.map((report) => report.site),
  );
});

Deno.test("serveOutbox() commits a group after a while, or when a scanner can send no more", async () => {
  using served = new ServedOutbox();
  using sender = aSender();
  served.connect(sender);
  served.connectSilent();
  sender.send(reportsOf("shop")[0]!);
  await until("arrival", () => served.serverClock.pending === 1);
  served.serverClock.advance(GROUP_WAIT_MS - 1);
  strictEqual(served.outbox.stats().rows, 0);
  served.serverClock.advance(1);
  strictEqual(served.outbox.stats().rows, 1);
  await until("the answer", () => sender.pending === 0);

  // As many as may be under way: for those no clock moves.
  for (const report of manyReports(2 * BATCH_REPORTS_MAX)) sender.send(report);
  await until("the full group", () => sender.pending === 0);
  strictEqual(served.serverClock.pending, 0);
});

Deno.test("serveOutbox() commits at once what a scanner has gathered that is the only one", async () => {
  using served = new ServedOutbox();
  using sender = aSender();
  served.connect(sender);
  sender.send(reportsOf("shop")[0]!);
  await until("the answer", () => sender.pending === 0);
  strictEqual(served.outbox.stats().rows, 1);
  strictEqual(served.serverClock.pending, 0);

  // What a full batch is may have more behind it.
  for (const report of manyReports(BATCH_REPORTS_MAX)) sender.send(report);
  await until("arrival", () => served.serverClock.pending === 1);
  served.serverClock.advance(GROUP_WAIT_MS);
  await until("the answer", () => sender.pending === 0);
});

Deno.test("serveOutbox() commits the reports of several scanners together", async () => {
  using served = new ServedOutbox();
  const senders = Array.from({ length: 4 }, () => aSender());
  for (const sender of senders) {
    served.connect(sender);
    for (const report of reportsOf("a", "b", "c")) sender.send(report);
  }
  await until("all reports", () => {
    served.serverClock.advance(GROUP_WAIT_MS);
    return senders.every((sender) => sender.pending === 0);
  });
  strictEqual(served.outbox.stats().rows, 12);
  for (const sender of senders) sender.close();
});

Deno.test("ReportSender keeps of a report that no schema takes that its site was checked, and says so", async () => {
  using served = new ServedOutbox();
  const telemetry = new RecordingTelemetry();
  const faults: [site: string, cause: Error][] = [];
  const onUnencodable = (...fault: [string, Error]) => void faults.push(fault);
  using sender = aSender({ telemetry, onUnencodable });
  served.connect(sender);
  const [shop, broken, blog] = reportsOf("shop", "broken", "blog");
  const taken = [shop!, { ...broken!, attempts: "many" as unknown as number }, blog!]
    .map((report) => sender.send(report));
  deepStrictEqual([taken[0], taken[2]], [shop, blog]);
  strictEqual(telemetry.value("sitemon_reports_lost_total", { cause: "unencodable" }), 1);
  deepStrictEqual(faults.map(([site]) => site), ["broken"]);
  match(faults[0]![1].message, /^report of "broken" does not fit its schema: /);
  await storeAll(served, sender);
  const { reports } = waiting(served.outbox);
  deepStrictEqual(reports.map(({ site }) => site), ["shop", "broken", "blog"]);
  const { outcome, checked_at, next_check_ms, error_text, reason: why } = reports[1]!;
  deepStrictEqual([outcome, why, error_text, checked_at, next_check_ms], [
    "inconclusive",
    "internal",
    "internal error in sitemon; see its log",
    broken!.checked_at,
    broken!.next_check_ms,
  ]);
});

for (
  const { name, before, onStored, waitMs } of [
    { name: "a report", before: 0, waitMs: GATHER_MS },
    { name: "a ping", before: 0, onStored() {}, waitMs: PING_GATHER_MS },
    { name: "a ping after a report", before: 1, onStored() {}, waitMs: PING_GATHER_MS },
  ]
) {
  Deno.test(`ReportSender sends ${name} after ${waitMs} ms`, () => {
    using bench = new SenderBench();
    const { clock, sender, posted } = bench;
    for (const report of manyReports(before)) sender.send(report);
    sender.send(reportsOf("last")[0]!, onStored && { onStored });
    clock.advance(waitMs - 1);
    strictEqual(posted(), 0);
    clock.advance(1);
    strictEqual(posted(), 1);
    strictEqual(clock.pending, 0, "nothing waits, so no timer does");
  });
}

Deno.test("ReportSender sends what it gathered, a full batch at once, and all to flush", async () => {
  using bench = new SenderBench();
  const { outbox, clock, sender } = bench;
  for (const report of manyReports(2)) sender.send(report);
  clock.advance(GATHER_MS - 1);
  for (const report of manyReports(1)) sender.send(report);
  clock.advance(1);
  await outbox.batches(1);
  strictEqual(clock.pending, 0, "nothing waits, so no timer does");
  outbox.answer("stored", 1);
  await until("the answer", () => sender.pending === 0);
  for (const report of manyReports(BATCH_REPORTS_MAX + 1)) sender.send(report);
  await outbox.batches(2);
  const flushed = sender.flush(soon());
  await outbox.batches(3);
  deepStrictEqual(outbox.requests.map(({ reports }) => reports.sites.length), [
    3,
    BATCH_REPORTS_MAX,
    1,
  ]);
  outbox.answer("stored", 2, 3);
  strictEqual(await flushed, 0);
});

Deno.test("ReportSender keeps two batches of at most 64 under way", async () => {
  using outbox = new ManualOutbox();
  using sender = aSender();
  for (const report of manyReports(200)) sender.send(report);
  sender.connect(outbox.theirs);
  deepStrictEqual(await outbox.batches(BATCHES_IN_FLIGHT_MAX), [1, 2]);
  outbox.answer("stored", 1);
  deepStrictEqual(await outbox.batches(3), [1, 2, 3]);
  outbox.answer("stored", 2, 3);
  await outbox.batches(4);
  deepStrictEqual(outbox.requests.map(({ reports }) => reports.sites.length), [64, 64, 64, 8]);
  outbox.answer("stored", 4);
  strictEqual(await sender.flush(soon()), 0);
});

Deno.test("ReportSender sends refused batches again, in order, with a growing pause", async () => {
  using bench = new SenderBench();
  const { outbox, clock, sender } = bench;
  sendApart(sender, clock, ["a", "b", "c"]);
  await outbox.batches(2);
  outbox.answer("retry", 1, 2);
  await until("a pause", () => clock.pending === 1);
  clock.advance(200);
  deepStrictEqual(await outbox.batches(4), [1, 2, 1, 2]);
  outbox.answer("retry", 1);
  await until("a pause", () => clock.pending === 1);
  clock.advance(199);
  strictEqual(clock.pending, 1, "the second pause is at least 200 ms");
  clock.advance(201);
  await outbox.batches(6);
  outbox.answer("stored", 1, 2);
  deepStrictEqual((await outbox.batches(7)).slice(4), [1, 2, 3]);
  outbox.answer("stored", 3);
  strictEqual(await sender.flush(soon()), 0);
});

Deno.test("ReportSender goes on when an answer comes late, for a batch that was sent twice", async () => {
  using bench = new SenderBench();
  const { outbox, clock, sender } = bench;
  sendApart(sender, clock, ["a"]);
  await outbox.batches(1);
  outbox.answer("retry", 1);
  await until("a pause", () => clock.pending === 1);
  for (const report of reportsOf("b", "c")) sender.send(report);
  outbox.answer("stored", 1);
  await until("the late answer", () => sender.pending === 2);
  clock.advance(GATHER_MS);
  deepStrictEqual(await outbox.batches(2), [1, 2]);
  deepStrictEqual(outbox.requests[1]!.reports.sites, ["b", "c"]);
});

Deno.test("ReportSender keeps a batch when the one before it was acknowledged twice", async () => {
  using bench = new SenderBench();
  const { outbox, clock, sender } = bench;
  sendApart(sender, clock, ["a", "b", "c"]);
  await outbox.batches(2);
  outbox.answer("stored", 1, 1);
  await outbox.batches(3);
  await until("the first batch", () => sender.pending <= 2);
  strictEqual(await sender.flush(AbortSignal.timeout(50)), 2);
  outbox.answer("stored", 2, 3);
  strictEqual(await sender.flush(soon()), 0);
});

Deno.test("ReportSender says when its buffer is full and when there is room, and counts the lost", async () => {
  using outbox = new ManualOutbox();
  const events: string[] = [];
  const telemetry = new RecordingTelemetry();
  using sender = aSender({
    telemetry,
    onFull: () => events.push("full"),
    onRoom: () => events.push("room"),
  });
  const reports = manyReports(BUFFER_REPORTS_MAX);
  for (const report of reports.slice(0, BUFFER_FULL - 1)) sender.send(report);
  deepStrictEqual(events, []);
  for (const report of reports.slice(BUFFER_FULL - 1)) sender.send(report);
  deepStrictEqual(events, ["full"]);
  const lost = () => telemetry.value("sitemon_reports_lost_total", { cause: "buffer_full" });
  strictEqual(lost(), 0);
  sender.send(reportsOf("one-more")[0]!);
  strictEqual(lost(), 1);
  strictEqual(sender.pending, BUFFER_REPORTS_MAX);

  sender.connect(outbox.theirs);
  const batches = Math.ceil((BUFFER_REPORTS_MAX - BUFFER_ROOM) / BATCH_REPORTS_MAX);
  for (let batch = 1; batch <= batches; batch++) {
    await outbox.batches(batch);
    outbox.answer("stored", batch);
  }
  await until("room", () => events.length === 2);
  deepStrictEqual(events, ["full", "room"]);
  // It was the oldest that was lost.
  strictEqual(outbox.requests[0]!.reports.sites[0], "site-1");
});

Deno.test("ReportSender loses nothing while the outbox pauses, and goes on after it", async () => {
  using served = new ServedOutbox({ whenFull: "pause", rowsMax: 130 });
  const clock = new FakeClock();
  using sender = aSender({ clock });
  served.connect(sender);
  const reports = manyReports(500);
  for (const report of reports) sender.send(report);
  clock.advance(GATHER_MS);
  let refusals = 0;
  await until("a refusal", () => {
    served.serverClock.advance(GROUP_WAIT_MS);
    refusals += clock.pending;
    return refusals > 0;
  });
  const received: string[] = [];
  await until("all reports", () => {
    served.serverClock.advance(GROUP_WAIT_MS);
    clock.advance(5_000);
    received.push(...drain(served.outbox).map((row) => row.key));
    return received.length === reports.length;
  });
  deepStrictEqual(received, reports.map((report) => report.site));
});

Deno.test("serveOutbox() refuses a batch that would fit, while the one before it is missing", async () => {
  using served = new ServedOutbox({ whenFull: "pause", rowsMax: 3 });
  served.outbox.append(draftsOf(manyReports(2, "early")));
  const { port1, port2: scanner } = new MessageChannel();
  served.server.addScanner(port1);
  const answers: string[] = [];
  scanner.onmessage = ({ data }) => void answers.push(`${data.type} ${data.batch}`);
  const store = async (batch: number, sites: readonly string[], expected: string) => {
    const message = {
      type: "store",
      source: "scanner",
      batch,
      reports: draftColumns(draftsOf(reportsOf(...sites))),
    };
    scanner.postMessage(message);
    await until(expected, () => {
      served.serverClock.advance(GROUP_WAIT_MS);
      return answers.shift() === expected;
    });
  };
  await store(1, ["a", "b"], "retry 1");
  await store(2, ["c"], "retry 2");
  drain(served.outbox);
  await store(1, ["a", "b"], "stored 1");
  await store(2, ["c"], "stored 2");
  deepStrictEqual(waiting(served.outbox).reports.map((report) => report.site), ["a", "b", "c"]);
  scanner.close();
});

Deno.test("flush() resolves to what is not stored when its signal aborts", async () => {
  using outbox = new ManualOutbox();
  using sender = aSender();
  strictEqual(await sender.flush(soon()), 0);
  sender.connect(outbox.theirs);
  for (const report of manyReports(3)) sender.send(report);
  const deadline = new AbortController();
  const flushed = sender.flush(deadline.signal);
  deadline.abort();
  strictEqual(await within(DEADLINE_MS, "flush", flushed), 3);
});

Deno.test("ReportSender hands each report over exactly once, whenever the outbox's thread is replaced", async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("send" as const), count: fc.integer({ min: 1, max: 150 }) }),
    fc.constant({ do: "commit" as const }),
    fc.constant({ do: "arrive" as const }),
    fc.constant({ do: "replace" as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      using served = new ServedOutbox();
      using sender = aSender();
      served.connect(sender);
      let sent = 0;
      for (const step of steps) {
        if (step.do === "send") {
          for (const report of manyReports(step.count, `${sent}`)) sender.send(report);
          sent += step.count;
        } else if (step.do === "arrive") await nextTurn();
        else if (step.do === "commit") served.serverClock.advance(GROUP_WAIT_MS);
        else {
          // Also right after a commit, whose answer is then lost.
          served.replace();
          served.connect(sender);
        }
      }
      await storeAll(served, sender);
      const { reports } = waiting(served.outbox);
      strictEqual(reports.length, sent);
      strictEqual(new Set(reports.map((report) => report.site)).size, sent);
    }),
    runs(40),
  );
});

Deno.test("close() of the server commits what has arrived", async () => {
  using served = new ServedOutbox();
  using sender = aSender();
  served.connect(sender);
  served.connectSilent();
  sender.send(reportsOf("shop")[0]!);
  await until("arrival", () => served.serverClock.pending === 1);
  served.server.close();
  strictEqual(served.outbox.stats().rows, 1);
  strictEqual(served.serverClock.pending, 0);
});

Deno.test("ReportSender stores notes with their reports once, and says so, whatever dies meanwhile", async () => {
  using served = new ServedOutbox();
  const notes: unknown[] = [];
  using sender = aSender({ onNotes: (found) => notes.push(found) });
  served.connect(sender);
  served.connectSilent();
  const stored: string[] = [];
  const attach = (value: string) => ({
    note: { name: "backup", value },
    onStored: () => stored.push(value),
  });
  sender.send(reportsOf("backup")[0]!, attach("told"));
  sender.keep(attach("started"));
  await until("a group", () => served.serverClock.pending === 1);
  deepStrictEqual(stored, []);
  served.replace();
  served.connect(sender);
  await storeAll(served, sender);
  deepStrictEqual(stored, ["told", "started"]);
  deepStrictEqual(waiting(served.outbox).reports.map(({ site }) => site), ["backup"]);
  sender.askForNotes();
  await until("the notes", () => notes.length === 1);
  deepStrictEqual(notes, [[{ name: "backup", value: "started" }]]);
});
