import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { drain, type DrainOptions, type DrainProgress, STALL_MS } from "../../src/outbox/drain.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { PublishError } from "../../src/outbox/publisher.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { nextTurn, within } from "../support/waiting.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakePublisher } from "./fake_publisher.ts";
import { draftsOf, manyReports, openOutbox, range } from "./outbox_fixture.ts";

const DEADLINE_MS = 60_000;
const UNREACHABLE = new PublishError("unreachable", "no broker answers");

function drained(
  outbox: Outbox,
  publisher: FakePublisher,
  options: Partial<DrainOptions> = {},
): Promise<void> {
  const silent = {
    dependency: "kafka",
    clock: systemClock,
    onProgress() {},
    onTrouble() {},
  } as const;
  return within(DEADLINE_MS, "the end", drain({ outbox, publisher, ...silent, ...options }));
}

Deno.test("drain() publishes every row in order, and says how many are left", async () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(1_200)));
  const publisher = new FakePublisher();
  const steps: DrainProgress[] = [];
  await drained(outbox, publisher, { onProgress: (progress) => steps.push(progress) });
  deepStrictEqual(
    steps,
    [[500, 700], [1_000, 200], [1_200, 0]].map(([done, left]) => ({ done, left })),
  );
  deepStrictEqual(publisher.received.map(({ sequence }) => sequence), range(1, 1_200));
});

Deno.test("drain() continues after a temporary failure, and reports it", async () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(10)));
  const publisher = new FakePublisher();
  publisher.failure = UNREACHABLE;
  const troubles: string[] = [];
  await drained(outbox, publisher, {
    onTrouble(detail) {
      if (troubles.push(detail) === 2) publisher.failure = undefined;
    },
  });
  deepStrictEqual(troubles, ["no broker answers", "no broker answers"]);
  strictEqual(outbox.stats().rows, 0);
});

Deno.test("drain() ends at once, when an operator has to fix something", async () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(10)));
  const publisher = new FakePublisher();
  publisher.failure = new PublishError("authorization", "not allowed");
  await drained(outbox, publisher, { clock: new FakeClock() });
  deepStrictEqual([outbox.stats().rows, publisher.batches.length], [10, 1]);
});

Deno.test("drain() gives up when no row is published for 30 s, and not before", async () => {
  using outbox = openOutbox();
  outbox.append(draftsOf(manyReports(3)));
  const clock = new FakeClock();
  const publisher = new FakePublisher();
  publisher.refuses = ({ sequence }) => sequence > 1;
  publisher.failure = UNREACHABLE;
  let troubles = 0;
  let takenMs = 0;
  let ended = false;
  const end = drained(outbox, publisher, {
    clock,
    onTrouble() {
      if (++troubles === 3) publisher.failure = undefined;
    },
    onProgress: () => takenMs = clock.monotonicMs(),
  }).then(() => ended = true);
  while (!ended) {
    clock.advance(1_000);
    await nextTurn();
    ok(clock.monotonicMs() < 100 * STALL_MS, "it must give up");
  }
  await end;
  ok(takenMs > 0);
  ok(clock.monotonicMs() - takenMs >= STALL_MS, `${clock.monotonicMs() - takenMs} ms`);
  strictEqual(outbox.stats().rows, 2);
});

Deno.test("drain() makes progress where each row that is set aside leaves a gap", async () => {
  using outbox = openOutbox();
  const [large] = manyReports(1, "large");
  const huge = { ...large!, pattern: "x".repeat(20_000) };
  // Every second one, so that the gaps cannot be joined.
  outbox.append(draftsOf(manyReports(600).map((report, n) => n % 2 === 0 ? report : huge)));
  const parts: number[] = [];
  await drained(outbox, new FakePublisher(), {
    onProgress: ({ done, left }) => parts.push(done / (done + left)),
  });
  deepStrictEqual(parts, parts.toSorted((a, b) => a - b));
  strictEqual(parts.at(-1), 1);
});

Deno.test("drain() ends with dead letters and their gap, when rows are too large", async () => {
  using outbox = openOutbox();
  const [large] = manyReports(1, "large");
  const reports = manyReports(5).with(2, { ...large!, pattern: "x".repeat(20_000) });
  outbox.append(draftsOf(reports));
  const publisher = new FakePublisher();
  await drained(outbox, publisher);
  const { rows, deadLetters } = outbox.stats();
  deepStrictEqual([rows, deadLetters], [0, 1]);
  deepStrictEqual(
    publisher.received.map(({ kind, sequence }) => `${kind} ${sequence}`),
    ["report 1", "report 2", "report 4", "report 5", "gap 3"],
  );
});
