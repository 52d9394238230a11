import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { watchStatus } from "../../src/cli/status_watch.ts";
import { Screen } from "./screen.ts";

/** Shows so many rounds, and then ends the watching. */
async function watched(rounds: readonly string[], terminal: Screen, rows?: number) {
  let round = 0;
  const interrupted = new AbortController();
  const exitCode = await watchStatus(
    (screen) => {
      screen.write(rounds[round]!);
      if (++round === rounds.length) interrupted.abort();
      return Promise.resolve(round);
    },
    terminal,
    { signal: interrupted.signal, rows: () => rows },
  );
  return { exitCode, output: terminal.output };
}

Deno.test("watchStatus() draws over the last round, when there is a terminal", async () => {
  const { exitCode, output } = await watched(["a\nb\n", "c\n"], new Screen({ columns: 80 }), 10);
  strictEqual(exitCode, 2);
  const rounds = output.split("\x1b[H");
  deepStrictEqual(rounds.slice(1), ["a\x1b[K\nb\x1b[K\n\x1b[K\x1b[J", "c\x1b[K\n\x1b[K\x1b[J"]);
  strictEqual(rounds[0], "\x1b[2J");
});

Deno.test("watchStatus() keeps the first lines, when the terminal is low", async () => {
  const { output } = await watched(["worst\nbad\nwell\n"], new Screen({ columns: 80 }), 3);
  ok(output.includes("worst") && output.includes("bad") && !output.includes("well"), output);
});

Deno.test("watchStatus() prints round after round, when standard output is none", async () => {
  const { output } = await watched(["a\n", "b\n"], new Screen(), 10);
  strictEqual(output, "a\nb\n");
});
