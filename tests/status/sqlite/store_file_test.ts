import { ok, strictEqual } from "node:assert/strict";
import { storeFailure } from "../../../src/status/sqlite/store_file.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../../src/status/store.ts";

function failureOf(code: number) {
  const error = Object.assign(new Error("said SQLite"), { errcode: code });
  const failure = storeFailure(error, "/var/lib/status.db");
  strictEqual(failure.cause, error);
  return failure;
}

for (
  const [what, code, name] of [
    ["a lock", 5, "StoreUnavailableError"],
    ["a lock of recovery (extended code)", 261, "StoreUnavailableError"],
    ["an I/O error of fsync (extended code)", 1_034, "StoreUnavailableError"],
    ["a full disk", 13, "StoreUnavailableError"],
    ["a missing table", 1, "StoreConfigurationError"],
    ["a file that is read-only", 8, "StoreConfigurationError"],
    ["a damaged file", 11, "StoreConfigurationError"],
    ["a file that cannot be opened", 14, "StoreConfigurationError"],
    ["a file that is no database", 26, "StoreConfigurationError"],
    ["a constraint (extended code)", 1_299, "RowRejectedError"],
    ["a value that is too big", 18, "RowRejectedError"],
  ] as const
) {
  Deno.test(`storeFailure() makes ${name} of ${what}`, () => {
    strictEqual(failureOf(code).name, name);
  });
}

Deno.test("storeFailure() tells known errors from unknown ones", () => {
  const [busy, misuse] = [failureOf(5), failureOf(21)];
  ok(busy instanceof StoreUnavailableError && busy.isKnown);
  ok(misuse instanceof StoreUnavailableError && !misuse.isKnown);
  const text = storeFailure("text", "/var/lib/status.db");
  ok(text instanceof StoreUnavailableError && !text.isKnown);
});

Deno.test("storeFailure() leaves an error of the port as it is", () => {
  const error = new StoreConfigurationError("newer");
  strictEqual(storeFailure(error, "/var/lib/status.db"), error);
});
