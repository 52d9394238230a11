import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Progress } from "../../../src/cli/text/progress.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTerminal } from "./fake_terminal.ts";

/** A progress of so many rows, its terminal, and its clock. */
function started(total: number, options: Partial<Terminal>) {
  const [terminal, clock] = [new FakeTerminal(options), new FakeClock()];
  return { progress: new Progress({ total, unit: "rows", terminal, clock }), terminal, clock };
}

Deno.test("Progress draws a bar with an ETA on a terminal, within its width", () => {
  for (const columns of [20, 40, 80]) {
    const { progress, terminal, clock } = started(2_000, { isInteractive: true, columns });
    clock.advance(1_000);
    progress.update(500);
    const bar = terminal.errors.replace("\r\x1b[K", "");
    ok(bar.length < columns, bar);
    const whole = "[#####---------------] 25 %, 500 of 2000 rows, 500/s, ETA 3 s";
    strictEqual(bar, whole.slice(0, columns - 1));
  }
});

Deno.test("Progress tells ten times a second on a terminal, and in lines every 5 s elsewhere", () => {
  for (const [isInteractive, count] of [[true, 100], [false, 2]] as const) {
    const { progress, terminal, clock } = started(100, { isInteractive });
    for (let step = 0; step < 1_000; step++) {
      progress.update(step / 10);
      clock.advance(10);
    }
    strictEqual(terminal.errors.split(isInteractive ? "\r" : "\n").length - 1, count);
    strictEqual(terminal.output, "");
  }
});

Deno.test("Progress puts other lines above its bar, and takes it away at the end", () => {
  const { progress, terminal } = started(0, { isInteractive: true });
  progress.update(0);
  progress.line("trouble");
  progress.clear();
  const bar = "[####################] 100 %, 0 of 0 rows, 0/s";
  deepStrictEqual(terminal.errors.split("\r\x1b[K"), ["", bar, "trouble\n", ""]);
});
