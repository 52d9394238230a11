import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { migrate } from "../../src/cli/migrate.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { ThreadDiedError } from "../../src/runtime/thread_results.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../src/status/store.ts";

function captured() {
  const written: string[] = [];
  const terminal: Terminal = {
    write: (text) => written.push(`out: ${text}`),
    writeError: (text) => written.push(`err: ${text}`),
    isInteractive: false,
    hasColour: false,
    columns: undefined,
  };
  return { terminal, written };
}

Deno.test("migrate() exits 0, when the tables are at this version", async () => {
  const { terminal, written } = captured();
  strictEqual(await migrate({ migrate: () => Promise.resolve() }, terminal), 0);
  deepStrictEqual(written, ["out: The tables are at this version\n"]);
});

const failures = [
  [new StoreConfigurationError("Cannot a"), 78],
  [new StoreUnavailableError("Cannot b"), 74],
  [new ThreadDiedError("Cannot c", "StoreConfigurationError"), 78],
  [new ThreadDiedError("Cannot d", "StoreUnavailableError"), 74],
] as const;
for (const [error, exitCode] of failures) {
  const what = error instanceof ThreadDiedError ? `a thread's ${error.errorName}` : error.name;
  Deno.test(`migrate() exits ${exitCode} with its sentence, when it meets ${what}`, async () => {
    const { terminal, written } = captured();
    strictEqual(await migrate({ migrate: () => Promise.reject(error) }, terminal), exitCode);
    deepStrictEqual(written, [`err: ${error.message}\n`]);
  });
}

Deno.test("migrate() rethrows what is a fault in sitemon", async () => {
  const { terminal } = captured();
  for (const error of [new TypeError("x"), new ThreadDiedError("y", undefined)]) {
    await rejects(() => migrate({ migrate: () => Promise.reject(error) }, terminal), error);
  }
});
