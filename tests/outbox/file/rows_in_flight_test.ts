import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Outbox } from "../../../src/outbox/outbox.ts";
import { ROW_TRACES_MAX, RowTraces } from "../../../src/outbox/file/rows_in_flight.ts";
import { unrecordedTraceparent } from "../../../src/runtime/telemetry/traceparent.ts";
import { draftsOf, EVERYTHING, OutboxFolder, reportsOf } from "../outbox_fixture.ts";

Deno.test("RowTraces forgets the oldest rows first, beyond its bound", () => {
  const traces = new RowTraces();
  for (let row = 1; row <= ROW_TRACES_MAX; row++) traces.note(row, `trace ${row}`);
  strictEqual(traces.of(1), "trace 1");
  traces.note(ROW_TRACES_MAX + 1, "one more");
  deepStrictEqual([traces.of(1), traces.of(2)], [undefined, "trace 2"]);
});

Deno.test("RowTraces forgets a row that another one without a trace has taken the place of", () => {
  const traces = new RowTraces();
  traces.note(1, "rolled back");
  traces.note(1, undefined);
  strictEqual(traces.of(1), undefined);
});

Deno.test("Outbox hands out a row with the trace of its check, as long as its process lives", () => {
  using folder = new OutboxFolder();
  const tracesIn = (outbox: Outbox) =>
    outbox.take(EVERYTHING).map(({ traceparent }) => traceparent);
  const first = folder.open();
  const traceparent = unrecordedTraceparent();
  first.append(
    draftsOf(
      reportsOf("shop", "blog").map((report, index) => {
        return index === 0 ? { ...report, traceparent } : report;
      }),
    ),
  );
  deepStrictEqual(tracesIn(first), [traceparent, undefined]);
  deepStrictEqual(tracesIn(first), [traceparent, undefined], "also when it has to be sent again");
  first.close();
  using second = folder.open();
  deepStrictEqual(tracesIn(second), [undefined, undefined]);
});
