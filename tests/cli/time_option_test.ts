import { strictEqual, throws } from "node:assert/strict";
import { timeOptionMicros } from "../../src/cli/time_option.ts";
import { UsageError } from "../../src/cli/exit_code.ts";

Deno.test("timeOptionMicros() takes how long ago, and dates with or without a time and a zone", () => {
  const now = Date.UTC(2026, 4, 2);
  const times = {
    "12h": now - 12 * 3_600_000,
    "90s": now - 90_000,
    "2026-05-01": Date.UTC(2026, 4, 1),
    "2026-05-01 18:30": Date.UTC(2026, 4, 1, 18, 30),
    "2026-05-01T18:30:05Z": Date.UTC(2026, 4, 1, 18, 30, 5),
    "2026-05-01T18:30+02:00": Date.UTC(2026, 4, 1, 16, 30),
  };
  for (const [text, ms] of Object.entries(times)) {
    strictEqual(timeOptionMicros("--since", text, now), ms * 1_000, text);
  }
  const far = ["9999-12-31", "0001-01-01", "999999d"];
  for (const text of ["yesterday", "2026-13-01", "12", "", ...far]) {
    const sentence = `invalid --since: "${text}" is not a time or a duration; ` +
      "write for example 2026-05-01T18:00:00Z or 12h";
    throws(() => timeOptionMicros("--since", text, now), new UsageError(sentence));
  }
});
