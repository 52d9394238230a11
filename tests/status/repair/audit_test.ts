// Goal: the audit says of every sequence what became of it, and misses none.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc, { runs } from "../../support/random_runs.ts";
import { LOST_REASON } from "../../../src/report/fields.ts";
import { AFTER_HORIZON_MICROS } from "../../../src/status/repair/audit_reader.ts";
import { audit, auditTwice, ON_THE_WAY_MS, RANGES_MAX } from "../../../src/status/repair/audit.ts";
import {
  aDeadLetter,
  chunk,
  DAY,
  MINUTE,
  NOON,
  nthReport,
  PRODUCERS,
} from "../../contract/site_reports.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import type { OpenedStore } from "../../contract/opened_store.ts";
import { storeTest } from "./repaired_stores.ts";
import { eventually } from "../../support/waiting.ts";

const [PRODUCER] = PRODUCERS;

interface Content {
  readonly reports?: readonly number[];
  readonly gaps?: readonly (readonly [number, number])[];
  readonly lost?: readonly (readonly [number, number])[];
  readonly dead?: readonly number[];
}

async function fill({ store }: OpenedStore, content: Content): Promise<void> {
  const { reports = [], gaps = [], lost = [], dead = [] } = content;
  const gapsOf = (runs: readonly (readonly [number, number])[], reason: string) =>
    runs.map(([first, last]) => {
      return { producer_id: PRODUCER, first, last, count: last - first + 1, reason };
    });
  await store.apply({
    reports: reports.map((sequence) => nthReport(sequence)),
    gaps: [...gapsOf(gaps, "coalesced"), ...gapsOf(lost, LOST_REASON)],
    deadLetters: dead.map((offset) => aDeadLetter({ offset, sitemonId: `${PRODUCER}/${offset}` })),
  });
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** first, highest, produced, applied, dropped, dead, missing of the one producer. */
async function numbersOf(
  opened: OpenedStore,
  options: Parameters<typeof audit>[1] = {},
): Promise<number[]> {
  const { producers } = await opened.parts.audit((reader) => audit(reader, options));
  strictEqual(producers.length, 1);
  const { first, highest, produced, applied, dropped, dead, missing } = producers[0]!;
  return [first, highest, produced, applied, dropped, dead, missing];
}

storeTest(
  "audit() finds nothing missing, when every sequence arrived in some way",
  async (opened) => {
    await fill(opened, { reports: [1, 2, 3, 7, 8], gaps: [[4, 5]], dead: [6] });
    deepStrictEqual(await numbersOf(opened), [1, 8, 8, 5, 2, 1, 0]);
  },
);

storeTest("audit() counts a sequence as applied, whatever else is said of it", async (opened) => {
  await fill(opened, { reports: range(1, 10), gaps: [[2, 4], [4, 6]], dead: [3, 9] });
  deepStrictEqual(await numbersOf(opened), [1, 10, 10, 10, 0, 0, 0]);
});

storeTest(
  "audit() names what is missing, and counts the ranges that it does not name",
  async (opened) => {
    await fill(opened, { reports: range(1, 100).filter((n) => n % 2 === 1), gaps: [[2, 2]] });
    const { producers } = await opened.parts.audit((reader) => audit(reader));
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
  storeTest(`audit() finds report ${sequence} of 9 missing, when it is deleted`, async (opened) => {
    await fill(opened, { reports: range(1, 9) });
    await opened.sql(`DELETE FROM site_report WHERE sequence = ${sequence}`);
    deepStrictEqual(await numbersOf(opened), [1, 9, 9, 8, 0, 0, 1]);
  });
}

storeTest("audit() finds what an outbox lost missing, unless it had been sent", async (opened) => {
  await fill(opened, { reports: [1, 2, 3, 5], lost: [[4, 7], [9, 9]] });
  deepStrictEqual(await numbersOf(opened), [1, 9, 9, 4, 0, 0, 5]);
});

storeTest("audit() names the sequences that stand for two reports", async (opened) => {
  await fill(opened, { reports: [1, 2, 3, 4, 6, 7, 8] });
  const again = [2, 3, 3, 6, 8].map((sequence, n) =>
    nthReport(sequence, { checked_at: NOON + 1_000 + n })
  );
  await opened.store.apply(chunk(again));
  // Few at once, so that a page ends at a hole, and at a sequence that is there three times.
  for (const breaksAtOnce of [1, 2, 3, 100]) {
    const { producers } = await opened.parts.audit((reader) => audit(reader, { breaksAtOnce }));
    const { applied, missingRanges, reused, reusedRanges, reusedRangesLeftOff } = producers[0]!;
    deepStrictEqual([applied, reused, reusedRangesLeftOff], [7, 4, 0]);
    deepStrictEqual(missingRanges, [{ first: 5, last: 5 }]);
    deepStrictEqual(
      reusedRanges,
      [[2, 3], [6, 6], [8, 8]].map(([first, last]) => ({ first, last })),
    );
  }
});

storeTest("audit() covers gaps and dead letters at both ends", async (opened) => {
  await fill(opened, { reports: [10], gaps: [[3, 5], [12, 14]], dead: [2, 15] });
  deepStrictEqual(await numbersOf(opened), [2, 15, 14, 1, 6, 2, 5]);
});

storeTest("audit() covers a producer of which nothing was applied", async (opened) => {
  await fill(opened, { gaps: [[1, 4]], dead: [6] });
  deepStrictEqual(await numbersOf(opened), [1, 6, 6, 0, 4, 1, 1]);
});

storeTest("audit() begins where history was purged, a little later", async (opened) => {
  const sequences = range(1, 200);
  await fill(opened, { reports: sequences.filter((n) => n !== 150), gaps: [[40, 41]] });
  // An hour is sixty reports. What was checked a little before the others goes with the past.
  const horizon = NOON + 100 * MINUTE;
  await opened.sql("DELETE FROM site_report WHERE sequence < 100 OR sequence IN (104, 130)");
  await opened.setHorizon(new Date(horizon / 1_000));
  const first = 100 + AFTER_HORIZON_MICROS / MINUTE;
  deepStrictEqual(await numbersOf(opened), [first, 200, 41, 41, 0, 0, 0]);
  const { horizonMicros } = await opened.parts.audit((reader) => audit(reader));
  strictEqual(horizonMicros, horizon);
});

storeTest(
  "audit() covers what was recorded since a time, and what is missing right before",
  async (opened) => {
    await fill(opened, { reports: [1, 2, 3, 6, 7, 9], gaps: [[8, 8]] });
    const since = (sequence: number) => ({ sinceMicros: NOON + sequence * MINUTE });
    deepStrictEqual(await numbersOf(opened, since(0)), [1, 9, 9, 6, 1, 0, 2]);
    deepStrictEqual(await numbersOf(opened, since(5)), [4, 9, 6, 3, 1, 0, 2]);
    deepStrictEqual(await numbersOf(opened, since(6)), [4, 9, 6, 3, 1, 0, 2]);
    deepStrictEqual(await numbersOf(opened, since(7)), [7, 9, 3, 2, 1, 0, 0]);
    deepStrictEqual(await numbersOf(opened, since(9)), [8, 9, 2, 1, 1, 0, 0]);
    const { producers } = await opened.parts.audit((reader) => audit(reader, since(10)));
    deepStrictEqual(producers, []);
  },
);

storeTest("audit() says what lies before its beginning, and who is not covered", async (opened) => {
  await fill(opened, { reports: [38, 39, 40] });
  const beginning = async (sinceSequence?: number) => {
    const since = sinceSequence === undefined ? {} : { sinceMicros: NOON + sinceSequence * MINUTE };
    const { producers, uncovered } = await opened.parts.audit((reader) => audit(reader, since));
    return producers.map(({ first, unknownBefore }) => [first, unknownBefore]).concat(
      uncovered.map(({ lastRecordedAt }) => [(lastRecordedAt! - NOON) / MINUTE]),
    );
  };
  deepStrictEqual(await beginning(), [[38, 37]]);
  // The store has nothing from before that time, so what it lacks may be of that time.
  deepStrictEqual(await beginning(1), [[38, 37]]);
  deepStrictEqual(await beginning(39), [[39, 0]]);
  deepStrictEqual(await beginning(50), [[40]]);
  // A horizon long before its first report explains nothing; one just before it does.
  await opened.setHorizon(new Date((NOON - DAY) / 1_000));
  deepStrictEqual(await beginning(), [[38, 37]]);
  await opened.setHorizon(new Date((NOON + 39 * MINUTE - AFTER_HORIZON_MICROS) / 1_000));
  deepStrictEqual(await beginning(), [[39, 0]]);
});

storeTest(
  "audit() covers gaps before the first report of a producer of which nothing was purged",
  async (opened) => {
    await fill(opened, { reports: range(6, 10), gaps: [[1, 4]] });
    await opened.setHorizon(new Date((NOON - DAY) / 1_000));
    deepStrictEqual(await numbersOf(opened), [1, 10, 10, 5, 4, 0, 1]);
    await opened.setHorizon(new Date((NOON + 7 * MINUTE - AFTER_HORIZON_MICROS) / 1_000));
    deepStrictEqual(await numbersOf(opened), [7, 10, 4, 4, 0, 0, 0]);
  },
);

storeTest("audit() lists producers of v1 messages without counting them", async (opened) => {
  const v1 = "0a6b8d5e-0000-5000-8000-000000000001";
  const deadLetters = [null, "who knows", `${PRODUCER}/0`].map((sitemonId, offset) => {
    return aDeadLetter({ offset, sitemonId });
  });
  const reports = [2, 9].map((sequence) => nthReport(sequence, { producer_id: v1 }));
  await opened.store.apply(chunk(reports, { deadLetters }));
  const result = await opened.parts.audit((reader) => audit(reader));
  deepStrictEqual(result, {
    producers: [],
    uncovered: [],
    v1: [{ producerId: v1, applied: 2 }],
    deadUnassigned: 3,
    horizonMicros: null,
  });
});

storeTest("audit() tells producers apart, and says where each is", async (opened) => {
  const reports = PRODUCERS.flatMap((producer_id, index) => {
    const rest = { producer_id, location: `place ${index}`, checked_at: NOON + index * DAY };
    return range(1, 3 + index).map((sequence) => nthReport(sequence, rest));
  });
  await opened.store.apply(chunk(reports));
  const { producers } = await opened.parts.audit((reader) => audit(reader));
  deepStrictEqual(
    producers.map((it) => [it.producerId, it.location, it.applied, it.missing, it.lastRecordedAt]),
    PRODUCERS.map((producerId, index) => {
      return [producerId, `place ${index}`, 3 + index, 0, NOON + (3 + index) * MINUTE];
    }).sort(),
  );
});

storeTest("audit() finds no producer in an empty store", async ({ parts }) => {
  const { producers, v1 } = await parts.audit((reader) => audit(reader));
  deepStrictEqual([producers, v1], [[], []]);
});

const FATES = ["applied", "dropped", "dead", "missing", "applied and dropped"] as const;

storeTest("audit() says of any sequences what became of them", async (opened) => {
  const fates = fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fates, async (fateOf) => {
      const tables = [
        "site_report",
        "site_status",
        "site_transition",
        "producer_gap",
        "dead_letter",
      ];
      for (const table of tables) await opened.sql(`DELETE FROM ${table}`);
      const sequences = (...meant: string[]) =>
        fateOf.flatMap((fate, index) => meant.includes(fate) ? [index + 1] : []);
      const reports = sequences("applied", "applied and dropped");
      const dropped = sequences("dropped", "applied and dropped");
      const dead = sequences("dead");
      const known = [...reports, ...dropped, ...dead];
      if (known.length === 0) return;
      await fill(opened, { reports, dead, gaps: dropped.map((n) => [n, n] as const) });
      const [first, highest] = [Math.min(...known), Math.max(...known)];
      // Few at once, so that what is more than a page is met.
      deepStrictEqual(await numbersOf(opened, { breaksAtOnce: 2 }), [
        first,
        highest,
        highest - first + 1,
        reports.length,
        sequences("dropped").length,
        dead.length,
        sequences("missing").filter((n) => n > first && n < highest).length,
      ]);
    }),
    runs(25),
  );
});

storeTest("auditTwice() waits for what is on its way, and looks no further", async (opened) => {
  await fill(opened, { reports: [1, 3] });
  const clock = new FakeClock();
  const first = Promise.withResolvers<void>();
  let looks = 0;
  const answer = auditTwice({
    clock,
    async read(work) {
      const result = await opened.parts.audit(work);
      if (++looks === 1) first.resolve();
      return result;
    },
  });
  await first.promise;
  await fill(opened, { reports: [2, 5] });
  await eventually(60_000, "a second look", () => {
    clock.advance(ON_THE_WAY_MS);
    return looks > 1 || undefined;
  }, 1);
  const { producers } = await answer;
  const { highest, missing, applied } = producers[0]!;
  deepStrictEqual([highest, applied, missing, looks], [3, 3, 0, 2]);
});

storeTest("auditTwice() looks once, when nothing is missing", async (opened) => {
  await fill(opened, { reports: [1, 2] });
  const clock = new FakeClock();
  const { producers } = await auditTwice({ clock, read: opened.parts.audit });
  strictEqual(producers[0]!.missing, 0);
  strictEqual(clock.monotonicMs(), 0);
});
