import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type OutboxRow, PublishError } from "../../../src/outbox/publisher.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { SUSPECT_TRIES_MAX } from "../../../src/status/divide_rows.ts";
import { StorePublisher } from "../../../src/status/ingest/store_publisher.ts";
import {
  CHUNK_REPORTS_MAX,
  RowRejectedError,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../../../src/status/store.ts";
import { gapRow, publisherContract, reportRow } from "../../contract/publisher_contract.ts";
import { PRODUCERS } from "../../contract/site_reports.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FailingStore } from "./failing_store.ts";
import { holds } from "./ingest_fixture.ts";
import { openSqliteStore } from "../sqlite/sqlite_tables.ts";

function rows(count: number): OutboxRow[] {
  return Array.from({ length: count }, (_, index) => reportRow(index + 1));
}

async function open() {
  const opened = await openSqliteStore();
  const store = new FailingStore(opened.store);
  const clock = new FakeClock(Date.UTC(2026, 5, 1) * 1_000);
  const publisher = new StorePublisher({
    store,
    clock,
    telemetry: new ThreadTelemetry(() => {}),
    thread: "store",
  });
  return { ...opened, store, clock, publisher, [Symbol.asyncDispose]: opened.close };
}

publisherContract("StorePublisher", async () => {
  const { publisher, store, close } = await open();
  return {
    publisher,
    // The tables leave out some fields, so what the store took is what was received.
    received: () =>
      Promise.resolve(store.taken.flatMap(({ reports, gaps }) => [
        ...reports.map((report) => ({ kind: "report" as const, report })),
        ...gaps.map((gap) => ({ kind: "gap" as const, gap })),
      ])),
    interrupt() {
      store.fails = () => new StoreUnavailableError("disk full");
      return Promise.resolve(() => Promise.resolve(void (store.fails = () => undefined)));
    },
    [Symbol.asyncDispose]: close,
  };
}, { deadlineMs: 5_000 });

Deno.test("StorePublisher.publish() changes nothing, when rows are published again", async () => {
  await using opened = await open();
  const batch = [...rows(2), gapRow(7, 3, 4)];
  const all = { acknowledged: [1, 2, 7], tooLarge: [] };
  deepStrictEqual(await opened.publisher.publish(batch), all);
  const tables = await opened.tables();
  deepStrictEqual([tables.site_report.length, tables.producer_gap.length], [2, 1]);
  deepStrictEqual(await opened.publisher.publish(batch), all);
  deepStrictEqual(await opened.tables(), tables);
});

Deno.test("StorePublisher.publish() divides what is more than a chunk", async () => {
  await using opened = await open();
  await opened.publisher.publish(rows(CHUNK_REPORTS_MAX + 1));
  deepStrictEqual(
    opened.store.chunks.map(({ reports }) => reports.length),
    [CHUNK_REPORTS_MAX, 1],
  );
});

Deno.test("StorePublisher.publish() keeps bad rows of two outboxes apart, each once", async () => {
  await using opened = await open();
  const bad = { ...reportRow(2), payload: Uint8Array.of(1, 2, 3) };
  await opened.publisher.publish([reportRow(1), bad, reportRow(3)]);
  await opened.publisher.publish([{ ...bad, producerId: PRODUCERS[1] }]);
  opened.clock.advance(1_000);
  await opened.publisher.publish([bad]);
  const { dead_letter, site_report } = await opened.tables();
  strictEqual(site_report.length, 2);
  deepStrictEqual(
    dead_letter.map(({ topic, offset, reason, sitemon_id }) => [topic, offset, reason, sitemon_id]),
    [PRODUCERS[0], PRODUCERS[1]].map((id) => [`outbox/${id}`, 2, "undecodable", `${id}/2`]),
  );
});

Deno.test("StorePublisher.publish() acknowledges a row that the store sets aside", async () => {
  await using opened = await open();
  opened.store.fails = (chunk) => holds(chunk, 1) ? new RowRejectedError("bad") : undefined;
  deepStrictEqual((await opened.publisher.publish(rows(3))).acknowledged, [1, 2, 3]);
  const { dead_letter, site_report } = await opened.tables();
  deepStrictEqual(site_report.map(({ sequence }) => sequence), [1, 3]);
  deepStrictEqual(dead_letter.map(({ offset, reason }) => [offset, reason]), [[2, "rejected"]]);
});

for (
  const [error, failure] of [
    [new StoreUnavailableError("the disk is full"), "unreachable"],
    [new StoreConfigurationError("the file is none of sitemon"), "rejected"],
    [new TypeError("x is undefined"), "unreachable"],
  ] as const
) {
  Deno.test(`StorePublisher.publish() rejects as ${failure}, when ${error.message}`, async () => {
    await using opened = await open();
    opened.store.fails = (_, call) => call === 0 ? error : undefined;
    await rejects(
      () => opened.publisher.publish(rows(2)),
      (thrown: Error) => thrown instanceof PublishError && thrown.failure === failure,
    );
    deepStrictEqual((await opened.publisher.publish(rows(2))).acknowledged, [1, 2]);
  });
}

Deno.test("StorePublisher.publish() suspects a row only after ten unknown errors", async () => {
  await using opened = await open();
  opened.store.fails = (chunk) => holds(chunk, 1) ? new Error("strange") : undefined;
  for (let attempt = 0; attempt < SUSPECT_TRIES_MAX; attempt++) {
    await rejects(() => opened.publisher.publish(rows(3)), PublishError);
  }
  deepStrictEqual((await opened.tables()).dead_letter, []);
  deepStrictEqual((await opened.publisher.publish(rows(3))).acknowledged, [1, 2, 3]);
  strictEqual((await opened.tables()).dead_letter.length, 1);
});
