import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Progress } from "../../../src/cli/text/progress.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTerminal } from "./fake_terminal.ts";

Deno.test("Progress draws a bar with an ETA on a terminal, within its width", () => {
  for (const columns of [20, 40, 80]) {
    const terminal = new FakeTerminal({ isInteractive: true, columns });
    const clock = new FakeClock();
    const progress = new Progress({ total: 2_000, unit: "rows", terminal, clock });
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
    const terminal = new FakeTerminal({ isInteractive });
    const clock = new FakeClock();
    const progress = new Progress({ total: 100, unit: "rows", terminal, clock });
    for (let step = 0; step < 1_000; step++) {
      progress.update(step / 10);
      clock.advance(10);
    }
    strictEqual(terminal.errors.split(isInteractive ? "\r" : "\n").length - 1, count);
    strictEqual(terminal.output, "");
  }
});

Deno.test("Progress puts other lines above its bar, and takes it away at the end", () => {
  const terminal = new FakeTerminal({ isInteractive: true });
  const progress = new Progress({ total: 0, unit: "rows", terminal, clock: new FakeClock() });
  progress.update(0);
  progress.line("trouble");
  progress.clear();
  const clear = "\r\x1b[K";
  deepStrictEqual(terminal.errors.split(clear), [
    "",
    "[####################] 100 %, 0 of 0 rows, 0/s",
    "trouble\n",
    "",
  ]);
});
