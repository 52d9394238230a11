/**
 * The outbox against a model: random operations, crashes and steps of the clock among them.
 *
 * The model says nothing about which rows a policy drops. It says what holds whatever it drops.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc, { runs } from "../../support/random_runs.ts";
import type { Outbox } from "../../../src/outbox/outbox.ts";
import { OutboxFullError } from "../../../src/outbox/outbox_error.ts";
import type { WhenFull } from "../../../src/outbox/file/outbox_limits.ts";
import type { OutboxRow } from "../../../src/outbox/publisher.ts";
import { OUTCOMES } from "../../../src/report/outcome.ts";
import { decodeMessage } from "../../../src/report/codec.ts";
import type { Gap, SiteReport } from "../../../src/report/report.ts";
import { aReport } from "../../contract/site_reports.ts";
import { draftsOf, EVERYTHING, OutboxFolder } from "../outbox_fixture.ts";

const ROWS_MAX = 12;
const SITES = ["a", "b", "c", "d"] as const;
/** Each has files of its own, and takes some 40 ms of a processor. */
const RUNS = 60;

const append = fc.record({
  do: fc.constant("append" as const),
  reports: fc.array(
    fc.record({ site: fc.constantFrom(...SITES), outcome: fc.constantFrom(...OUTCOMES) }),
    { minLength: 1, maxLength: 6 },
  ),
  isSentAgain: fc.boolean(),
});
const take = fc.record({
  do: fc.constant("take" as const),
  rowsMax: fc.integer({ min: 1, max: 8 }),
  isAhead: fc.boolean(),
});
const fate = fc.constantFrom("acknowledged", "acknowledged", "tooLarge", "lost");
const settle = fc.record({
  do: fc.constant("settle" as const),
  fates: fc.array(fate, { minLength: 8, maxLength: 8 }),
});
const step = fc.record({
  do: fc.constant("step" as const),
  ms: fc.integer({ min: -90_000, max: 90_000 }),
});
const operation = fc.oneof(
  { weight: 5, arbitrary: append },
  { weight: 3, arbitrary: take },
  { weight: 3, arbitrary: settle },
  { weight: 1, arbitrary: fc.constant({ do: "release" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: step },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** An outbox at work, and what must be true of it. */
class Model implements Disposable {
  readonly #folders = [new OutboxFolder()];
  readonly #whenFull: WhenFull;
  readonly #stored: SiteReport[] = [];
  /** Rows that a receiver may have: taken once, and not reported lost. */
  readonly #received = new Map<number, OutboxRow>();
  readonly #tooLarge = new Set<number>();
  #outbox: Outbox;
  /** The batch in flight, and perhaps the one that was taken ahead. */
  #taken: readonly (readonly OutboxRow[])[] = [];
  #batch = 0;

  constructor(whenFull: WhenFull) {
    this.#whenFull = whenFull;
    this.#outbox = this.#open();
  }

  get #folder(): OutboxFolder {
    return this.#folders.at(-1)!;
  }

  run(operation: Operation): void {
    switch (operation.do) {
      case "append":
        return this.#append(operation.reports.map(aReport), operation.isSentAgain);
      case "take":
        return this.#take(operation);
      case "settle":
        return this.#settle(operation.fates);
      case "release":
        this.#taken = [];
        return this.#outbox.release();
      case "reopen":
        this.#outbox.close();
        this.#taken = [];
        this.#outbox = this.#open();
        return;
      case "crash":
        return this.#crash();
      case "step":
        return this.#folder.clock.stepWall(operation.ms);
    }
  }

  /** What holds between any two operations. */
  verify(): void {
    const stats = this.#outbox.stats();
    const { reports, gaps } = this.#read();
    strictEqual(stats.sequenceLast, this.#stored.length);
    strictEqual(stats.rows, reports.length + gaps.length);
    strictEqual(stats.gaps, gaps.length);
    ok(reports.length <= ROWS_MAX, `${reports.length} rows`);
    for (const report of reports) {
      const { outcome, site } = this.#stored[report.sequence - 1]!;
      deepStrictEqual({ outcome: report.outcome, site: report.site }, { outcome, site });
    }
    this.#verifyEverySequence(reports, gaps);
    if (this.#whenFull === "coalesce") this.#verifyNewest(reports);
    for (const row of this.#taken.flat()) {
      ok(this.#ids().has(row.id), `row ${row.id} in flight is gone`);
    }
  }

  [Symbol.dispose](): void {
    this.#outbox.close();
    for (const folder of this.#folders) folder[Symbol.dispose]();
  }

  /** Each sequence waits, was received, or is in exactly one gap. */
  #verifyEverySequence(reports: readonly SiteReport[], gaps: readonly Gap[]): void {
    const received = [...this.#received.values()].map((row) => decodeMessage(row.payload));
    const announced = new Map<number, number>();
    const all = [...gaps, ...received.flatMap((it) => it.kind === "gap" ? [it.gap] : [])];
    for (const gap of new Map(all.map((gap) => [gap.first, gap])).values()) {
      strictEqual(gap.count, gap.last - gap.first + 1);
      for (let sequence = gap.first; sequence <= gap.last; sequence++) {
        announced.set(sequence, (announced.get(sequence) ?? 0) + 1);
      }
    }
    ok([...announced.values()].every((times) => times === 1), "gaps overlap");
    const known = new Set([...announced.keys(), ...reports.map((report) => report.sequence)]);
    for (const message of received) {
      if (message.kind === "report") known.add(message.report.sequence);
    }
    deepStrictEqual(
      [...known].toSorted((a, b) => a - b),
      this.#stored.map((_, index) => index + 1),
    );
  }

  #verifyNewest(reports: readonly SiteReport[]): void {
    const waiting = new Set(reports.map((report) => report.sequence));
    const done = new Set([...this.#received.values()].map((row) => row.sequence));
    const newest = new Map(this.#stored.map(({ site }, index) => [site, index + 1]));
    for (const [site, sequence] of newest) {
      const isDone = done.has(sequence) || this.#tooLarge.has(sequence);
      ok(waiting.has(sequence) || isDone, `the newest of ${site} is gone`);
    }
  }

  #append(reports: readonly SiteReport[], isSentAgain: boolean): void {
    const source = { id: "scanner", batch: ++this.#batch };
    const first = this.#stored.length + 1;
    try {
      const range = this.#outbox.append(draftsOf(reports), source);
      deepStrictEqual(range, { first, last: first + reports.length - 1 });
    } catch (error) {
      if (!(error instanceof OutboxFullError)) throw error;
      this.#batch--;
      return;
    }
    this.#stored.push(...reports);
    if (isSentAgain) strictEqual(this.#outbox.append(draftsOf(reports), source), undefined);
  }

  #take({ rowsMax, isAhead }: Operation & { do: "take" }): void {
    const kept = isAhead && this.#taken.length === 1 ? this.#taken : [];
    const rows = this.#outbox.take({ ...EVERYTHING, rowsMax, isAhead });
    const inFlight = kept.flat().map((row) => row.id);
    const ids = [...this.#ids()].toSorted((a, b) => a - b).filter((id) => !inFlight.includes(id));
    deepStrictEqual(rows.map((row) => row.id), ids.slice(0, rowsMax));
    this.#taken = rows.length > 0 ? [...kept, rows] : kept;
  }

  #settle(fates: readonly string[]): void {
    const [batch = [], ...ahead] = this.#taken;
    const idsOf = (fate: string) =>
      batch.filter((_, index) => fates[index] === fate).map((row) => row.id);
    const settlement = { acknowledged: idsOf("acknowledged"), tooLarge: idsOf("tooLarge") };
    this.#outbox.settle(settlement);
    const acknowledged = new Set(settlement.acknowledged);
    // A gap that no receiver takes is kept as a dead letter, which counts as received here.
    const gone = batch.filter((row) =>
      acknowledged.has(row.id) || (row.kind === "gap" && settlement.tooLarge.includes(row.id))
    );
    for (const row of gone) this.#received.set(row.id, row);
    for (const row of batch) {
      if (settlement.tooLarge.includes(row.id)) this.#tooLarge.add(row.sequence);
    }
    const isWhole = settlement.acknowledged.length + settlement.tooLarge.length === batch.length;
    this.#taken = isWhole ? ahead : [];
  }

  #crash(): void {
    const former = this.#folder;
    const next = former.copyCrashed();
    next.clock.stepWall((former.clock.nowMicros() - next.clock.nowMicros()) / 1_000);
    this.#outbox.close();
    this.#folders.push(next);
    this.#taken = [];
    this.#outbox = this.#open();
  }

  #open(): Outbox {
    return this.#folder.open({ rowsMax: ROWS_MAX, whenFull: this.#whenFull });
  }

  #ids(): Set<number> {
    return new Set(this.#rows().map((row) => row.id as number));
  }

  /** Read beside the outbox, as taking would change what is in flight. */
  #read(): { reports: SiteReport[]; gaps: Gap[] } {
    const messages = this.#rows().map((row) => decodeMessage(row.payload as Uint8Array));
    const reports = messages.flatMap((it) => it.kind === "report" ? [it.report] : []);
    const times = reports.map((report) => report.recorded_at);
    for (let index = 1; index < times.length; index++) ok(times[index]! > times[index - 1]!);
    return { reports, gaps: messages.flatMap((it) => it.kind === "gap" ? [it.gap] : []) };
  }

  #rows(): Record<string, unknown>[] {
    using sql = new DatabaseSync(this.#folder.path, { readOnly: true });
    return sql.prepare("SELECT id, payload FROM outbox_row ORDER BY id").all();
  }
}

for (const whenFull of ["coalesce", "drop_oldest", "pause"] as const) {
  Deno.test(`Outbox accounts for every sequence, with ${whenFull}, whatever happens`, () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30, size: "max" }), (operations) => {
        using model = new Model(whenFull);
        for (const operation of operations) {
          model.run(operation);
          model.verify();
        }
      }),
      runs(RUNS),
    );
  });
}
