import { strictEqual, throws } from "node:assert/strict";
import { timeOptionMicros } from "../../src/cli/time_option.ts";
import { TIME_MAX } from "../../src/report/bounds.ts";
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
  for (const text of ["yesterday", "2026-13-01", "2026-02-30", "2026-05-01T24:00", "12", ""]) {
    const sentence = `invalid --since: "${text}" is not a time or a duration; ` +
      "write for example 2026-05-01T18:00:00Z or 12h";
    throws(() => timeOptionMicros("--since", text, now), new UsageError(sentence));
  }
});

Deno.test("timeOptionMicros() takes no time that a store could not read again", () => {
  const now = Date.UTC(2026, 4, 2);
  strictEqual(timeOptionMicros("--from", "1970-01-01", now), 0);
  strictEqual(timeOptionMicros("--from", "2100-01-01", now), TIME_MAX);
  const beyond = ["1969-12-31T23:59:59.999Z", "2100-01-01T00:00:00.001Z", "9999-12-31", "99999d"];
  for (const text of [...beyond, "9".repeat(400) + "d"]) {
    const sentence = `invalid --from: "${text}" is not from 1970 to 2100`;
    throws(() => timeOptionMicros("--from", text, now), new UsageError(sentence));
  }
});
