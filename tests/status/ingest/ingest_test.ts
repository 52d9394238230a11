import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { CONFIGURATION_RETRY_MS } from "../../../src/runtime/backoff.ts";
import { HEARTBEAT_INTERVAL_MS } from "../../../src/status/ingest/ingest.ts";
import { SUSPECT_TRIES_MAX, SUSPICIONS_MAX } from "../../../src/status/divide_rows.ts";
import {
  CHUNK_REPORTS_MAX,
  RowRejectedError,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../../../src/status/store.ts";
import type { FailingStore } from "./failing_store.ts";
import { aMessage, holds, IngestFixture, messages, turn } from "./ingest_fixture.ts";

const DOWN = new StoreUnavailableError("connection refused");
const STRANGE = new StoreUnavailableError("XYZ01", { isKnown: false });
const NO_TABLE = new StoreConfigurationError("no table site_status");
const BAD_ROW = new RowRejectedError("value out of range");

Deno.test("Ingest.apply() applies and counts what messages hold", async () => {
  await using fixture = await IngestFixture.open();
  const batch = [aMessage(1), aMessage(0), aMessage(1), aMessage(2, { value: null })];
  await fixture.apply(batch);
  deepStrictEqual(fixture.applied, [1, 2]);
  await fixture.apply([aMessage(4)]);
  await fixture.apply([aMessage(0), aMessage(3)]);
  const { "sitemon_ingest_data_age_seconds consumer-0": newestMicros, ...counts } = fixture
    .measured();
  deepStrictEqual(counts, {
    "sitemon_ingest_reports_total applied": 3,
    "sitemon_ingest_reports_total duplicate": 2,
    "sitemon_ingest_reports_total stale": 1,
    "sitemon_ingest_dead_letters_total undecodable": 1,
  });
  strictEqual(newestMicros, fixture.store.chunks.at(-1)!.reports.at(-1)!.checked_at);
  deepStrictEqual(fixture.states, [{ ok: true }]);
});

Deno.test("Ingest.apply() divides a large batch, with a heartbeat after each chunk", async () => {
  await using fixture = await IngestFixture.open();
  await fixture.apply([]);
  strictEqual(fixture.store.chunks.length, 0);
  await fixture.apply(messages(2 * CHUNK_REPORTS_MAX + 1));
  deepStrictEqual(
    fixture.store.chunks.map(({ reports }) => reports.length),
    [CHUNK_REPORTS_MAX, CHUNK_REPORTS_MAX, 1],
  );
  strictEqual(fixture.beats.length, 3);
  strictEqual(fixture.applied.length, 2 * CHUNK_REPORTS_MAX + 1);
});

Deno.test("Ingest.apply() waits for a store that is down, and sets nothing aside", async () => {
  await using fixture = await IngestFixture.open();
  const tries: number[] = [];
  fixture.store.fails = (_, call) => {
    tries.push(fixture.clock.monotonicMs());
    return call < 100 ? DOWN : undefined;
  };
  await fixture.apply(messages(3));
  deepStrictEqual(fixture.applied, [1, 2, 3]);
  deepStrictEqual(fixture.deadLetters, []);
  const waits = tries.slice(1).map((ms, index) => ms - tries[index]!);
  ok(waits.every((ms) => ms >= 1_000 && ms <= 5_250), String(waits));
  strictEqual(fixture.beats.length, Math.floor(tries.at(-1)! / HEARTBEAT_INTERVAL_MS) + 1);
  deepStrictEqual(fixture.states.map(({ ok, reason }) => reason ?? ok), ["unavailable", true]);
  strictEqual(fixture.measured()["sitemon_ingest_retries_total"], 100);
});

Deno.test("Ingest.apply() heartbeats while one transaction takes long", async () => {
  await using fixture = await IngestFixture.open();
  const gate = Promise.withResolvers<void>();
  fixture.store.gate = gate.promise;
  const applying = fixture.start(messages(1));
  for (let beat = 1; beat <= 5; beat++) {
    await turn();
    fixture.clock.advance(HEARTBEAT_INTERVAL_MS);
    await turn();
    strictEqual(fixture.beats.length, beat);
  }
  gate.resolve();
  await applying;
  deepStrictEqual(fixture.applied, [1]);
  strictEqual(fixture.clock.pending, 0);
});

Deno.test("Ingest.apply() rejects with the heartbeat's error, when one throws in a wait", async () => {
  await using fixture = await IngestFixture.open();
  fixture.store.fails = () => NO_TABLE;
  const unknownMember = new Error("UNKNOWN_MEMBER_ID");
  fixture.onHeartbeat = () => {
    if (fixture.beats.length === 2) throw unknownMember;
  };
  await rejects(() => fixture.apply(messages(1)), unknownMember);
  strictEqual(fixture.beats.length, 2);
  strictEqual(fixture.store.chunks.length, 1);
  strictEqual(fixture.clock.pending, 0);
});

Deno.test("Ingest.apply() lets a transaction end before it tells of a heartbeat", async () => {
  await using fixture = await IngestFixture.open();
  const gate = Promise.withResolvers<void>();
  fixture.store.gate = gate.promise;
  fixture.onHeartbeat = () => {
    throw new Error("REBALANCE_IN_PROGRESS");
  };
  const applying = fixture.start(messages(1));
  let isSettled = false;
  applying.catch(() => isSettled = true);
  await turn();
  fixture.clock.advance(HEARTBEAT_INTERVAL_MS);
  await turn();
  strictEqual(isSettled, false);
  gate.resolve();
  await rejects(() => applying, /REBALANCE/);
});

Deno.test("Ingest.apply() rejects with the signal's reason, when it aborts a wait", async () => {
  await using fixture = await IngestFixture.open();
  fixture.store.fails = () => DOWN;
  const stopping = new AbortController();
  const applying = fixture.start(messages(1), stopping.signal);
  await turn();
  stopping.abort(new Error("stopping"));
  await rejects(() => applying, /stopping/);
  strictEqual(fixture.clock.pending, 0);
  await rejects(() => fixture.apply(messages(1), { signal: stopping.signal }), /stopping/);
  strictEqual(fixture.store.chunks.length, 1);
});

Deno.test("Ingest.apply() rejects with the signal's reason, when it aborts a division", async () => {
  await using fixture = await IngestFixture.open();
  const stopping = new AbortController();
  fixture.store.fails = (_, call) => {
    if (call === 2) stopping.abort(new Error("stopping"));
    return BAD_ROW;
  };
  await rejects(() => fixture.apply(messages(8), { signal: stopping.signal }), /stopping/);
  strictEqual(fixture.store.chunks.length, 3);
});

Deno.test("Ingest.apply() says what to change and goes on, once it is changed", async () => {
  await using fixture = await IngestFixture.open();
  fixture.store.fails = (_, call) => call < 20 ? NO_TABLE : undefined;
  await fixture.apply(messages(3));
  ok(fixture.clock.monotonicMs() >= 20 * CONFIGURATION_RETRY_MS);
  ok(
    fixture.beats.length >= 20 * CONFIGURATION_RETRY_MS / HEARTBEAT_INTERVAL_MS - 20,
    `${fixture.beats.length} heartbeats`,
  );
  deepStrictEqual(fixture.states, [
    { ok: false, reason: "configuration", detail: NO_TABLE.message },
    { ok: true },
  ]);
  deepStrictEqual(fixture.applied, [1, 2, 3]);
  deepStrictEqual(fixture.deadLetters, []);
});

Deno.test("Ingest.apply() sets aside the one row of a thousand that is refused", async () => {
  await using fixture = await IngestFixture.open();
  fixture.store.fails = (chunk) => holds(chunk, 617) ? BAD_ROW : undefined;
  const batch = messages(CHUNK_REPORTS_MAX);
  await fixture.apply(batch);
  strictEqual(fixture.applied.length, 999);
  deepStrictEqual(
    fixture.deadLetters.map(({ offset, reason, detail, value }) => [offset, reason, detail, value]),
    [[617, "rejected", BAD_ROW.message, batch[617]!.value!.toHex()]],
  );
  ok(fixture.store.chunks.length <= 22, `${fixture.store.chunks.length} transactions`);
  strictEqual(fixture.clock.monotonicMs() < 1_000, true);
});

const rejections: readonly [string, count: number, FailingStore["fails"], dead: number[]][] = [
  ["every row, when each is refused", 3, ({ reports }) => reports[0] && BAD_ROW, [0, 1, 2]],
  ["the only row of a chunk, after unknown errors", 1, ({ reports }) => reports[0] && STRANGE, [0]],
  ["a row after all, when the store goes away during the division", 8, (chunk, call) => {
    if (call === 3) return DOWN;
    return holds(chunk, 6) ? BAD_ROW : undefined;
  }, [6]],
];
for (const [what, count, fails, dead] of rejections) {
  Deno.test(`Ingest.apply() sets aside ${what}`, async () => {
    await using fixture = await IngestFixture.open();
    fixture.store.fails = fails;
    await fixture.apply(messages(count));
    strictEqual(fixture.applied.length, count - dead.length);
    deepStrictEqual(fixture.deadLetters.map(({ offset }) => offset), dead);
  });
}

Deno.test("Ingest.apply() suspects a row only after ten unknown errors", async () => {
  await using fixture = await IngestFixture.open();
  const chunkSizes: number[] = [];
  fixture.store.fails = (chunk) => {
    chunkSizes.push(chunk.reports.length);
    return holds(chunk, 3) ? STRANGE : undefined;
  };
  await fixture.apply(messages(8));
  deepStrictEqual(chunkSizes.slice(0, 12), [...Array(SUSPECT_TRIES_MAX + 1).fill(8), 4]);
  strictEqual(fixture.applied.length, 7);
  deepStrictEqual(
    fixture.deadLetters.map(({ offset, reason }) => [offset, reason]),
    [[3, "rejected"]],
  );
  deepStrictEqual(fixture.states.map(({ ok, reason }) => reason ?? ok), ["unknown_error", true]);
});

Deno.test("Ingest.apply() suspects no row, because the store was down before", async () => {
  await using fixture = await IngestFixture.open();
  fixture.store.fails = (chunk, call) => {
    if (call < 2 * SUSPECT_TRIES_MAX) return DOWN;
    return call < 3 * SUSPECT_TRIES_MAX && holds(chunk, 3) ? STRANGE : undefined;
  };
  await fixture.apply(messages(8));
  strictEqual(fixture.applied.length, 8);
  deepStrictEqual(fixture.deadLetters, []);
});

Deno.test("Ingest.apply() blames no row, when none passes", async () => {
  await using fixture = await IngestFixture.open();
  const end = Date.UTC(2026, 5, 1) * 1_000 + 10 * 60_000_000;
  fixture.store.fails = ({ reports }) =>
    reports.length > 0 && fixture.clock.nowMicros() < end ? STRANGE : undefined;
  await fixture.apply(messages(4));
  deepStrictEqual(fixture.applied, [1, 2, 3, 4]);
  deepStrictEqual(fixture.deadLetters, []);
});

Deno.test("Ingest.apply() stops suspecting rows of a large chunk, when none passes", async () => {
  await using fixture = await IngestFixture.open();
  const tries: number[] = [];
  const failures = 3 * (SUSPECT_TRIES_MAX + SUSPICIONS_MAX + 1);
  fixture.store.fails = () => {
    tries.push(fixture.clock.monotonicMs());
    return tries.length <= failures ? STRANGE : undefined;
  };
  await fixture.apply(messages(CHUNK_REPORTS_MAX));
  const burst = Math.max(...Map.groupBy(tries, (ms) => ms).values().map(({ length }) => length));
  strictEqual(burst, SUSPICIONS_MAX + 1);
  strictEqual(fixture.applied.length, CHUNK_REPORTS_MAX);
  deepStrictEqual(fixture.deadLetters, []);
});

Deno.test("Ingest.apply() blames no row, when the store stops taking dead letters", async () => {
  await using fixture = await IngestFixture.open();
  let isBroken = true;
  fixture.store.fails = (chunk) => {
    if (chunk.deadLetters.length > 0 && isBroken) return BAD_ROW;
    return isBroken && holds(chunk, 0) ? BAD_ROW : undefined;
  };
  const applying = fixture.apply(messages(2));
  while (fixture.states.length === 0) await turn();
  strictEqual(fixture.states[0]!.reason, "unknown_error");
  isBroken = false;
  await applying;
  deepStrictEqual(fixture.applied, [1, 2]);
});

for (const error of [new TypeError("x is undefined"), new RangeError("out of range"), "text"]) {
  Deno.test(`Ingest.apply() survives a store that throws ${error}`, async () => {
    await using fixture = await IngestFixture.open();
    fixture.store.fails = (_, call) => call < 3 ? error : undefined;
    await fixture.apply(messages(2));
    deepStrictEqual(fixture.applied, [1, 2]);
    strictEqual(fixture.states[0]!.reason, "unknown_error");
  });
}
