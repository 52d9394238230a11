import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { OutboxClient } from "../../src/outbox/outbox_client.ts";
import { OutboxUnavailableError } from "../../src/outbox/outbox_error.ts";
import { BATCH_REPORTS_MAX, type StoreRequest } from "../../src/outbox/port_message.ts";
import {
  BUFFER_FULL,
  BUFFER_REPORTS_MAX,
  BUFFER_ROOM,
  ReportSender,
  type ReportSenderOptions,
} from "../../src/outbox/report_sender.ts";
import { GROUP_WAIT_MS, type OutboxServer, serveOutbox } from "../../src/outbox/serve_outbox.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually, within } from "../deadline.ts";
import { FakeClock } from "../fake_clock.ts";
import {
  contentOf,
  EVERYTHING,
  manyReports,
  OutboxFolder,
  RecordingTelemetry,
  reportsOf,
  waiting,
} from "./outbox_fixture.ts";

const DEADLINE_MS = 5_000;
const TAKE = { ...EVERYTHING, waitMs: 60_000 };

function soon(): AbortSignal {
  return AbortSignal.timeout(DEADLINE_MS);
}

/** An outbox that is served, as its thread does it. */
class ServedOutbox extends OutboxFolder {
  readonly outbox: Outbox;
  readonly server: OutboxServer;

  constructor(options: Parameters<OutboxFolder["open"]>[0] = {}) {
    super();
    this.outbox = this.open(options);
    this.server = serveOutbox(this.outbox, { clock: systemClock });
  }

  connect(sender: ReportSender): void {
    const { port1, port2 } = new MessageChannel();
    this.server.addScanner(port1);
    sender.connect(port2);
  }

  connectRelay(client: OutboxClient): void {
    const { port1, port2 } = new MessageChannel();
    this.server.addRelay(port1);
    client.connect(port2);
  }

  override [Symbol.dispose](): void {
    this.server.close();
    this.outbox.close();
    super[Symbol.dispose]();
  }
}

function aSender(options: Partial<ReportSenderOptions> = {}): ReportSender {
  return new ReportSender({
    sourceId: crypto.randomUUID(),
    clock: systemClock,
    telemetry: new RecordingTelemetry(),
    ...options,
  });
}

/** The outbox's end of a port, in the hands of a test: what a sender says, and answers to it. */
class ManualOutbox {
  readonly requests: StoreRequest[] = [];
  readonly #port: MessagePort;
  readonly theirs: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.theirs = port2;
    port1.onmessage = ({ data }: MessageEvent<StoreRequest>) => void this.requests.push(data);
  }

  answer(type: "stored" | "retry", batch: number): void {
    this.#port.postMessage({ type, batch });
  }

  async batches(count: number): Promise<number[]> {
    await eventually(
      DEADLINE_MS,
      `${count} batches`,
      () => this.requests.length >= count || undefined,
    );
    return this.requests.map((request) => request.batch);
  }

  close(): void {
    this.#port.close();
  }
}

Deno.test("ReportSender and serveOutbox() store every report in order", async () => {
  using served = new ServedOutbox();
  const sender = aSender();
  served.connect(sender);
  const reports = manyReports(1_000);
  for (const report of reports) sender.send(report);
  strictEqual(sender.pending, 1_000);
  strictEqual(await sender.flush(soon()), 0);
  deepStrictEqual(
    waiting(served.outbox).reports.map((report) => report.site),
    reports.map((report) => report.site),
  );
  sender.close();
});

Deno.test("serveOutbox() commits a group after 50 ms, or at once when a scanner can send no more", async () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  const clock = new FakeClock();
  const server = serveOutbox(outbox, { clock });
  const sender = aSender();
  const { port1, port2 } = new MessageChannel();
  server.addScanner(port1);
  sender.connect(port2);

  sender.send(reportsOf("alone")[0]!);
  await eventually(DEADLINE_MS, "arrival", () => clock.pending === 1 || undefined);
  strictEqual(outbox.stats().rows, 0);
  clock.advance(GROUP_WAIT_MS);
  strictEqual(outbox.stats().rows, 1);
  strictEqual(await sender.flush(soon()), 0);

  // Two go alone, and the 128 behind them are all that may be under way: no clock moves for those.
  for (const report of manyReports(2 + 2 * BATCH_REPORTS_MAX)) sender.send(report);
  await eventually(DEADLINE_MS, "arrival", () => clock.pending === 1 || undefined);
  clock.advance(GROUP_WAIT_MS);
  await eventually(DEADLINE_MS, "full group", () => sender.pending === 0 || undefined);
  strictEqual(clock.pending, 0);
  sender.close();
  server.close();
  outbox.close();
});
