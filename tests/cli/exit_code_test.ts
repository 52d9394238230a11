import { strictEqual } from "node:assert/strict";
import {
  EXIT_CONFIG,
  EXIT_IO,
  EXIT_LOCKED,
  EXIT_USAGE,
  exitCodeOf,
  UsageError,
} from "../../src/cli/exit_code.ts";
import { ConfigError } from "../../src/config/config_error.ts";
import {
  CorruptOutboxError,
  OutboxLockedError,
  OutboxMissingError,
  OutboxRefusedError,
  OutboxUnavailableError,
} from "../../src/outbox/outbox_error.ts";
import { ThreadDiedError } from "../../src/runtime/threads/thread_results.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../src/status/store.ts";

const ERRORS: readonly [error: Error, exitCode: number | undefined][] = [
  [new ConfigError([]), EXIT_CONFIG],
  [new UsageError(""), EXIT_USAGE],
  [new OutboxLockedError(""), EXIT_LOCKED],
  [new OutboxMissingError(""), EXIT_IO],
  [new CorruptOutboxError(""), EXIT_IO],
  [new OutboxRefusedError(""), EXIT_CONFIG],
  [new OutboxUnavailableError("busy", ""), EXIT_IO],
  [new StoreConfigurationError(""), EXIT_CONFIG],
  [new StoreUnavailableError(""), EXIT_IO],
  [new TypeError(""), undefined],
];

for (const [error, exitCode] of ERRORS) {
  Deno.test(`exitCodeOf() is ${exitCode} for ${error.name}, also when a thread died of it`, () => {
    strictEqual(exitCodeOf(error), exitCode);
    strictEqual(exitCodeOf(new ThreadDiedError("", error.name)), exitCode);
  });
}

Deno.test("exitCodeOf() is undefined for a thread that could not say what it died of", () => {
  strictEqual(exitCodeOf(new ThreadDiedError("", undefined)), undefined);
});
