/**
 * What every publisher holds to, whatever it publishes to: run over the fake of tests/outbox and
 * over the real ones.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type OutboxRow,
  type Publisher,
  PublishError,
  type PublishResult,
} from "../../src/outbox/publisher.ts";
import { type DecodedMessage, encodeGap, encodeReport } from "../../src/report/codec.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { eventually, within } from "../support/waiting.ts";
import { aReport, NOON, PRODUCERS } from "./site_reports.ts";

/** A publisher with its receiver, in the hands of a test. */
export interface PublisherUnderTest extends AsyncDisposable {
  readonly publisher: Publisher;
  /** What the receiver holds, decoded; of one key in the order of arrival. */
  received(): Promise<readonly DecodedMessage[]>;
  /** Payloads above this are refused by the receiver; without one, it takes any. */
  readonly payloadBytesMax?: number;
  /** Takes the receiver away; what it resolves to brings it back. Without it, it cannot go away. */
  interrupt?(): Promise<() => Promise<void>>;
}

export interface PublisherContractOptions {
  /** Within this a publish ends, whatever happens: the publisher's own deadline and some reserve. */
  readonly deadlineMs: number;
  /** Why the tests cannot run here, if they cannot. */
  readonly ignoredBecause?: string;
}

const CLOSE_DEADLINE_MS = 2_000;
const BACK_DEADLINE_MS = 60_000;

/** A row of a report; the id is the report's sequence. */
export function reportRow(sequence: number, overrides: Partial<SiteReport> = {}): OutboxRow {
  const report = aReport({ sequence, ...overrides });
  return {
    id: sequence,
    kind: "report",
    key: report.site,
    producerId: report.producer_id,
    sequence,
    recordedAt: report.recorded_at,
    payload: encodeReport(report),
  };
}

/** A row of a gap. */
export function gapRow(id: number, first: number, last: number): OutboxRow {
  const producerId = PRODUCERS[0];
  const count = last - first + 1;
  return {
    id,
    kind: "gap",
    key: producerId,
    producerId,
    sequence: first,
    recordedAt: NOON,
    payload: encodeGap({ producer_id: producerId, first, last, count, reason: "coalesced" }),
  };
}

/** Defines the tests. `make` gives a publisher whose receiver holds nothing yet. */
export function publisherContract(
  name: string,
  make: () => Promise<PublisherUnderTest>,
  options: PublisherContractOptions,
): void {
  const { deadlineMs, ignoredBecause } = options;
  const test = (promise: string, run: (subject: PublisherUnderTest) => Promise<void>) =>
    Deno.test({
      name: `${name}: ${promise}${ignoredBecause ? ` (ignored: ${ignoredBecause})` : ""}`,
      ignore: ignoredBecause !== undefined,
      async fn() {
        await using subject = await make();
        await run(subject);
      },
    });
  const publish = ({ publisher }: PublisherUnderTest, rows: readonly OutboxRow[]) =>
    within(deadlineMs, "publish", publisher.publish(rows));

  test("publish() acknowledges each row that the receiver holds, reports and gaps", async (subject) => {
    const rows = [reportRow(1), reportRow(2, { site: "Zürich" }), gapRow(3, 3, 7)];
    const all = { acknowledged: [1, 2, 3], tooLarge: [] };
    deepStrictEqual(sorted(await publish(subject, rows)), all);
    const received = await subject.received();
    deepStrictEqual(sequencesOf(received), [1, 2, 3]);
    const shop = received.find((message) => sequenceOf(message) === 1);
    deepStrictEqual(shop, { kind: "report", report: aReport() });
  });

  test("publish() keeps the order of one key, within and across batches", async (subject) => {
    for (let first = 1; first <= 41; first += 20) {
      await publish(subject, Array.from({ length: 20 }, (_, index) => reportRow(first + index)));
    }
    const sequences = (await subject.received()).map(sequenceOf);
    deepStrictEqual(sequences, Array.from({ length: 60 }, (_, index) => index + 1));
  });

  test("publish() acknowledges a row again that is published again", async (subject) => {
    await publish(subject, [reportRow(1), reportRow(2)]);
    const again = await publish(subject, [reportRow(2), reportRow(3)]);
    deepStrictEqual(sorted(again), { acknowledged: [2, 3], tooLarge: [] });
    deepStrictEqual([...new Set(sequencesOf(await subject.received()))], [1, 2, 3]);
  });

  test("publish() takes a batch at the relay's limit", async (subject) => {
    const rows = Array.from(
      { length: 500 },
      (_, n) => reportRow(n + 1, { site: `site-${n % 40}` }),
    );
    strictEqual((await publish(subject, rows)).acknowledged.length, 500);
    strictEqual((await subject.received()).length, 500);
  });

  test("publish() takes bytes that came through a port, where they lost Buffer's methods", async (subject) => {
    const { payload, ...row } = reportRow(1);
    const shared = new Uint8Array(payload.length + 16);
    shared.set(payload, 8);
    await publish(subject, [{ ...row, payload: shared.subarray(8, 8 + payload.length) }]);
    deepStrictEqual(await subject.received(), [{ kind: "report", report: aReport() }]);
  });

  test("publish() calls only those rows too large that are, and delivers the others", async (subject) => {
    if (subject.payloadBytesMax === undefined) return;
    const isTooLarge = (sequence: number) => sequence === 3 || sequence === 8;
    const large = { snippet: noise(subject.payloadBytesMax) };
    const rows = Array.from({ length: 10 }, (_, index) => {
      return reportRow(index + 1, isTooLarge(index + 1) ? large : {});
    });
    let left = rows;
    const tooLarge: number[] = [];
    // It may leave rows for the next time, but not forever.
    for (let times = 0; left.length > 0 && times < rows.length; times++) {
      const result = await publish(subject, left);
      const done = new Set([...result.acknowledged, ...result.tooLarge]);
      tooLarge.push(...result.tooLarge);
      left = left.filter((row) => !done.has(row.id));
    }
    deepStrictEqual(tooLarge.toSorted((a, b) => a - b), [3, 8]);
    const delivered = rows.map(({ sequence }) => sequence).filter((it) => !isTooLarge(it));
    deepStrictEqual([...new Set((await subject.received()).map(sequenceOf))], delivered);
  });

  test("publish() fails as temporary without its receiver, in time, and works when it is back", async (subject) => {
    if (subject.interrupt === undefined) return;
    await publish(subject, [reportRow(1)]);
    const restore = await subject.interrupt();
    const failure = await failureOf(publish(subject, [reportRow(2)]));
    ok(failure.isTemporary, failure.failure);
    await restore();
    await untilAcknowledged(() => publish(subject, [reportRow(2)]));
    deepStrictEqual([...new Set((await subject.received()).map(sequenceOf))], [1, 2]);
  });

  test("close() ends within two seconds, also the second time", async (subject) => {
    await publish(subject, [reportRow(1)]);
    await within(CLOSE_DEADLINE_MS + 500, "close", subject.publisher.close());
    await within(CLOSE_DEADLINE_MS + 500, "close", subject.publisher.close());
  });
}

/** How a publish failed, in whichever of the two ways. */
async function failureOf(publishing: Promise<PublishResult>): Promise<PublishError> {
  try {
    const { acknowledged, failure } = await publishing;
    deepStrictEqual(acknowledged, []);
    ok(failure, "it did not fail");
    return failure;
  } catch (error) {
    ok(error instanceof PublishError, `${error}`);
    return error;
  }
}

/** A receiver that has just come back may fail for a moment. */
async function untilAcknowledged(publish: () => Promise<PublishResult>): Promise<void> {
  await eventually(BACK_DEADLINE_MS, "an acknowledgement", async () => {
    return (await publish()).acknowledged.length > 0 || undefined;
  });
}

function sorted(
  { acknowledged, tooLarge }: PublishResult,
): Pick<PublishResult, "acknowledged" | "tooLarge"> {
  const rising = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);
  return { acknowledged: rising(acknowledged), tooLarge: rising(tooLarge) };
}

function sequencesOf(messages: readonly DecodedMessage[]): number[] {
  return messages.map(sequenceOf).toSorted((a, b) => a - b);
}

function sequenceOf(message: DecodedMessage): number {
  if (message.kind === "report") return message.report.sequence;
  if (message.kind === "gap") return message.gap.first;
  throw new TypeError("a v1 message has no sequence");
}

/** Text that no compression makes small. */
function noise(length: number): string {
  let text = "";
  while (text.length < length) text += crypto.randomUUID();
  return text.slice(0, length);
}
