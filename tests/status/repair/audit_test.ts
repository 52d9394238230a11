// Goal: the audit says of every sequence what became of it, and misses none.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Gap, SiteReport } from "../../../src/report/report.ts";
import { audit, RANGES_MAX } from "../../../src/status/repair/audit.ts";
import { AFTER_HORIZON_MICROS } from "../../../src/status/repair/audit_reader.ts";
import { auditTwice, ON_THE_WAY_MS } from "../../../src/status/repair/audit.ts";
import type { DeadLetter } from "../../../src/status/store.ts";
import { aReport, DAY, MINUTE, NOON, PRODUCERS } from "../../contract/site_reports.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import type { OpenedStore } from "../../contract/opened_store.ts";
import { storeTest } from "./repaired_stores.ts";
import { eventually } from "../../support/waiting.ts";

const [PRODUCER] = PRODUCERS;

function report(sequence: number, overrides: Partial<SiteReport> = {}): SiteReport {
  return aReport({ sequence, recorded_at: NOON + sequence * MINUTE, ...overrides });
}

function gap(first: number, last: number): Gap {
  return { producer_id: PRODUCER, first, last, count: last - first + 1, reason: "coalesced" };
}

function deadLetter(
  sequence: number,
  sitemonId: string | null = `${PRODUCER}/${sequence}`,
): DeadLetter {
  return {
    topic: "sites",
    partition: 0,
    offset: sequence,
    timestampMs: NOON / 1_000,
    reason: "schema",
    detail: "unknown",
    key: null,
    value: null,
    sitemonId,
  };
}

interface Content {
  readonly reports?: readonly number[];
  readonly gaps?: readonly (readonly [number, number])[];
  readonly dead?: readonly number[];
}

async function fill({ store }: OpenedStore, content: Content): Promise<void> {
  const { reports = [], gaps = [], dead = [] } = content;
  await store.apply({
    reports: reports.map((sequence) => report(sequence)),
    gaps: gaps.map(([first, last]) => gap(first, last)),
    deadLetters: dead.map((sequence) => deadLetter(sequence)),
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** first, highest, produced, applied, dropped, dead, missing of the one producer. */
async function numbersOf(
  repaired: OpenedStore,
  options: Parameters<typeof audit>[1] = {},
): Promise<number[]> {
  const { producers } = await repaired.parts.audit((reader) => audit(reader, options));
  strictEqual(producers.length, 1);
  const { first, highest, produced, applied, dropped, dead, missing } = producers[0]!;
  return [first, highest, produced, applied, dropped, dead, missing];
}

storeTest(
  "audit() finds nothing missing, when every sequence arrived in some way",
  async (repaired) => {
    await fill(repaired, { reports: [1, 2, 3, 7, 8], gaps: [[4, 5]], dead: [6] });
    deepStrictEqual(await numbersOf(repaired), [1, 8, 8, 5, 2, 1, 0]);
  },
);

storeTest("audit() counts a sequence as applied, whatever else is said of it", async (repaired) => {
  await fill(repaired, { reports: range(1, 10), gaps: [[2, 4], [4, 6]], dead: [3, 9] });
  deepStrictEqual(await numbersOf(repaired), [1, 10, 10, 10, 0, 0, 0]);
});

storeTest(
  "audit() names what is missing, and counts the ranges that it does not name",
  async (repaired) => {
    await fill(repaired, { reports: range(1, 100).filter((n) => n % 2 === 1), gaps: [[2, 2]] });
    const { producers } = await repaired.parts.audit((reader) => audit(reader));
    const { missing, missingRanges, missingRangesLeftOff } = producers[0]!;
    strictEqual(missing, 48);
    deepStrictEqual(
      missingRanges,
      range(2, RANGES_MAX + 1).map((n) => ({ first: 2 * n, last: 2 * n })),
    );
    strictEqual(missingRangesLeftOff, 48 - RANGES_MAX);
  },
);

for (const sequence of [1, 5, 9]) {
  storeTest(
    `audit() finds report ${sequence} of 9 missing, when it is deleted`,
    async (repaired) => {
      await fill(repaired, { reports: range(1, 9) });
      await repaired.sql(`DELETE FROM site_report WHERE sequence = ${sequence}`);
      deepStrictEqual(await numbersOf(repaired), [1, 9, 9, 8, 0, 0, 1]);
    },
  );
}

storeTest("audit() covers gaps and dead letters at both ends", async (repaired) => {
  await fill(repaired, { reports: [10], gaps: [[3, 5], [12, 14]], dead: [2, 15] });
  deepStrictEqual(await numbersOf(repaired), [2, 15, 14, 1, 6, 2, 5]);
});

storeTest("audit() covers a producer of which nothing was applied", async (repaired) => {
  await fill(repaired, { gaps: [[1, 4]], dead: [6] });
  deepStrictEqual(await numbersOf(repaired), [1, 6, 6, 0, 4, 1, 1]);
});

storeTest("audit() begins where history was purged, a little later", async (repaired) => {
  const sequences = range(1, 200);
  await fill(repaired, { reports: sequences.filter((n) => n !== 150), gaps: [[40, 41]] });
  // An hour is sixty reports. What was checked a little before the others goes with the past.
  const horizon = NOON + 100 * MINUTE;
  await repaired.sql("DELETE FROM site_report WHERE sequence < 100 OR sequence IN (104, 130)");
  await repaired.setHorizon(new Date(horizon / 1_000));
  const first = 100 + AFTER_HORIZON_MICROS / MINUTE;
  deepStrictEqual(await numbersOf(repaired), [first, 200, 41, 41, 0, 0, 0]);
  const { horizonMicros } = await repaired.parts.audit((reader) => audit(reader));
  strictEqual(horizonMicros, horizon);
});

storeTest(
  "audit() covers what was recorded since a time, and what is missing right before",
  async (repaired) => {
    await fill(repaired, { reports: [1, 2, 3, 6, 7, 9], gaps: [[8, 8]] });
    const since = (sequence: number) => ({ sinceMicros: NOON + sequence * MINUTE });
    deepStrictEqual(await numbersOf(repaired, since(0)), [1, 9, 9, 6, 1, 0, 2]);
    deepStrictEqual(await numbersOf(repaired, since(5)), [4, 9, 6, 3, 1, 0, 2]);
    deepStrictEqual(await numbersOf(repaired, since(6)), [4, 9, 6, 3, 1, 0, 2]);
    deepStrictEqual(await numbersOf(repaired, since(7)), [7, 9, 3, 2, 1, 0, 0]);
    deepStrictEqual(await numbersOf(repaired, since(9)), [8, 9, 2, 1, 1, 0, 0]);
    const { producers } = await repaired.parts.audit((reader) => audit(reader, since(10)));
    deepStrictEqual(producers, []);
  },
);

storeTest("audit() lists producers of v1 messages without counting them", async (repaired) => {
  const v1 = "0a6b8d5e-0000-5000-8000-000000000001";
  await repaired.store.apply({
    reports: [2, 9].map((sequence) => report(sequence, { producer_id: v1 })),
    gaps: [],
    deadLetters: [deadLetter(1, null), deadLetter(2, "who knows"), deadLetter(3, `${PRODUCER}/0`)],
  });
  const result = await repaired.parts.audit((reader) => audit(reader));
  deepStrictEqual(result, {
    producers: [],
    v1: [{ producerId: v1, applied: 2 }],
    deadUnassigned: 3,
    horizonMicros: null,
  });
});

storeTest("audit() tells producers apart, and says where each is", async (repaired) => {
  await repaired.store.apply({
    reports: PRODUCERS.flatMap((producer_id, index) =>
      range(1, 3 + index).map((sequence) =>
        report(sequence, {
          producer_id,
          location: `place ${index}`,
          checked_at: NOON + index * DAY,
        })
      )
    ),
    gaps: [],
    deadLetters: [],
  });
  const { producers } = await repaired.parts.audit((reader) => audit(reader));
  deepStrictEqual(
    producers.map((
      { producerId, location, applied, missing, lastRecordedAt },
    ) => [producerId, location, applied, missing, lastRecordedAt]),
    PRODUCERS.map((
      producerId,
      index,
    ) => [producerId, `place ${index}`, 3 + index, 0, NOON + (3 + index) * MINUTE]).sort(),
  );
});

storeTest("audit() finds no producer in an empty store", async ({ parts }) => {
  const { producers, v1 } = await parts.audit((reader) => audit(reader));
  deepStrictEqual([producers, v1], [[], []]);
});

const FATES = ["applied", "dropped", "dead", "missing", "applied and dropped"] as const;

storeTest("audit() says of any sequences what became of them", async (repaired) => {
  const fates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fates, async (fateOf) => {
      for (
        const table of [
          "site_report",
          "site_status",
          "site_transition",
          "producer_gap",
          "dead_letter",
        ]
      ) {
        await repaired.sql(`DELETE FROM ${table}`);
      }
      const sequences = (...meant: string[]) =>
        fateOf.flatMap((fate, index) => meant.includes(fate) ? [index + 1] : []);
      const reports = sequences("applied", "applied and dropped");
      const dropped = sequences("dropped", "applied and dropped");
      const dead = sequences("dead");
      const known = [...reports, ...dropped, ...dead];
      if (known.length === 0) return;
      await fill(repaired, { reports, dead, gaps: dropped.map((n) => [n, n] as const) });
      const [first, highest] = [Math.min(...known), Math.max(...known)];
      // Few at once, so that what is more than a page is met.
      deepStrictEqual(await numbersOf(repaired, { holesAtOnce: 2 }), [
        first,
        highest,
        highest - first + 1,
        reports.length,
        sequences("dropped").length,
        dead.length,
        sequences("missing").filter((n) => n > first && n < highest).length,
      ]);
    }),
    { numRuns: 25 },
  );
});

storeTest("auditTwice() waits for what is on its way, and looks no further", async (repaired) => {
  await fill(repaired, { reports: [1, 3] });
  const clock = new FakeClock();
  const first = Promise.withResolvers<void>();
  let looks = 0;
  const answer = auditTwice({
    clock,
    async read(work) {
      const result = await repaired.parts.audit(work);
      if (++looks === 1) first.resolve();
      return result;
    },
  });
  await first.promise;
  await fill(repaired, { reports: [2, 5] });
  await eventually(60_000, "a second look", () => {
    clock.advance(ON_THE_WAY_MS);
    return looks > 1 || undefined;
  }, 1);
  const { producers } = await answer;
  const { highest, missing, applied } = producers[0]!;
  deepStrictEqual([highest, applied, missing, looks], [3, 3, 0, 2]);
});

storeTest("auditTwice() looks once, when nothing is missing", async (repaired) => {
  await fill(repaired, { reports: [1, 2] });
  let looks = 0;
  const { producers } = await auditTwice({
    clock: new FakeClock(),
    read: (work) => {
      looks++;
      return repaired.parts.audit(work);
    },
  });
  ok(producers[0]!.missing === 0);
  strictEqual(looks, 1);
});
