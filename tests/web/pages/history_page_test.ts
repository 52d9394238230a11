import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { keptMonths, spanOfMonth } from "../../../src/web/pages/history_page.ts";

Deno.test("keptMonths() are thirteen, also at the end of a long month", () => {
  const months = keptMonths(new Date("2026-03-31T23:59:59Z"));
  deepStrictEqual([months.length, months[0], months[1], months.at(-1)], [
    ...[13, "2026-03", "2026-02", "2025-03"],
  ]);
});

for (
  const [month, since, until] of [
    ["2026-02", "2026-02-01", "2026-03-01"],
    ["2025-12", "2025-12-01", "2026-01-01"],
  ] as const
) {
  Deno.test(`spanOfMonth() of ${month} ends with ${until}`, () => {
    const { sinceMs, untilMs } = spanOfMonth(month);
    strictEqual(new Date(sinceMs).toISOString().slice(0, 10), since);
    strictEqual(new Date(untilMs).toISOString().slice(0, 10), until);
  });
}
