import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { storeAnswer } from "../../../src/cli/commands/store_answer.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";
import { ThreadDiedError } from "../../../src/runtime/threads/thread_results.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../../src/status/store.ts";

function captured() {
  const written: string[] = [];
  const terminal: Terminal = {
    write: (text) => written.push(`out: ${text}`),
    writeError: (text) => written.push(`err: ${text}`),
    isInteractive: false,
    hasColor: false,
    columns: undefined,
  };
  return { terminal, written };
}

Deno.test("storeAnswer() is the answer, when there is one", async () => {
  const { terminal, written } = captured();
  strictEqual(await storeAnswer(terminal, () => Promise.resolve(1)), 1);
  deepStrictEqual(written, []);
});

const failures = [
  [new StoreConfigurationError("Cannot a"), 78],
  [new StoreUnavailableError("Cannot b"), 74],
  [new ThreadDiedError("Cannot c", "StoreConfigurationError"), 78],
  [new ThreadDiedError("Cannot d", "StoreUnavailableError"), 74],
] as const;
for (const [error, exitCode] of failures) {
  const what = error instanceof ThreadDiedError ? `a thread's ${error.errorName}` : error.name;
  Deno.test(`storeAnswer() is ${exitCode} with its sentence, when it meets ${what}`, async () => {
    const { terminal, written } = captured();
    strictEqual(await storeAnswer(terminal, () => Promise.reject(error)), exitCode);
    deepStrictEqual(written, [`err: ${error.message}\n`]);
  });
}

Deno.test("storeAnswer() rethrows what is a fault in sitemon", async () => {
  const { terminal } = captured();
  for (const error of [new TypeError("x"), new ThreadDiedError("y", undefined)]) {
    await rejects(() => storeAnswer(terminal, () => Promise.reject(error)), error);
  }
});
