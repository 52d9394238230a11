import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { watch } from "../../../src/cli/text/watch.ts";
import { FakeTerminal } from "./fake_terminal.ts";

/** Shows so many rounds, and then ends the watching. */
async function watched(rounds: readonly string[], rows: number, columns?: number) {
  const terminal = new FakeTerminal({ columns });
  let [round, asked] = [0, 0];
  const widths: unknown[] = [];
  const interrupted = new AbortController();
  const show = (screen: Terminal) => {
    screen.write(rounds[round]!);
    widths.push(screen.columns);
    if (++round === rounds.length) interrupted.abort();
    return Promise.resolve(round);
  };
  const size = () => ({ rows, columns: 10 * ++asked });
  const exitCode = await watch(show, terminal, { signal: interrupted.signal, size });
  return { exitCode, output: terminal.output, widths };
}

Deno.test("watch() draws over the last round, when there is a terminal", async () => {
  const { exitCode, output, widths } = await watched(["a\nb\n", "c\n"], 10, 80);
  strictEqual(exitCode, 2);
  // The window may have been made wider.
  deepStrictEqual(widths, [10, 20]);
  const rounds = output.split("\x1b[H");
  deepStrictEqual(rounds.slice(1), ["a\x1b[K\nb\x1b[K\n\x1b[J", "c\x1b[K\n\x1b[J"]);
  strictEqual(rounds[0], "\x1b[2J");
});

Deno.test("watch() keeps the first lines and the last, and counts the others, when the terminal is low", async () => {
  const { output } = await watched(["worst\nbad\nwell\nsum\n"], 4, 80);
  const left = "2 more lines do not fit";
  ok(output.endsWith(`worst\x1b[K\n${left}\x1b[K\nsum\x1b[K\n\x1b[J`), output);
  const low = await watched(["worst\nsum\n"], 1, 80);
  ok(low.output.endsWith("\x1b[Hsum\x1b[K\n\x1b[J"), low.output);
});

Deno.test("watch() prints round after round, when standard output is none", async () => {
  const { output } = await watched(["a\n", "b\n"], 10);
  strictEqual(output, "a\nb\n");
});
