import { rejects, strictEqual } from "node:assert/strict";
import {
  AnswerTimeoutError,
  beforeDeadline,
} from "../../../../src/status/postgres/connection/deadline.ts";

Deno.test("beforeDeadline() settles as its promise does, when that is in time", async () => {
  strictEqual(await beforeDeadline(Promise.resolve(7), 60_000), 7);
  await rejects(beforeDeadline(Promise.reject(new TypeError("no")), 60_000), TypeError);
});

Deno.test("beforeDeadline() rejects, when its promise is silent", async () => {
  const silent = Promise.withResolvers<void>();
  await rejects(beforeDeadline(silent.promise, 5), new AnswerTimeoutError("no answer within 5 ms"));
  // What comes late must not be an unhandled rejection.
  silent.reject(new Error("late"));
});
