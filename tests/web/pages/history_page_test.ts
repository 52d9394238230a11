import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { MINUTE_MS } from "../../../src/runtime/time_units.ts";
import { MadeStore } from "../made_store.ts";
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

Deno.test("the history has a row for each site, as the location with the least uptime knows it", async () => {
  await using made = await MadeStore.create();
  const agoMs = 5 * MINUTE_MS;
  const report = { agoMs, next_check_ms: 10 * MINUTE_MS };
  const month = new Date(Date.now() - agoMs).toISOString().slice(0, "2026-05".length);
  await made.add(
    { ...report, site: "blog", location: "fra" },
    ...["fra", "gru"].map((location) => ({ ...report, site: "shop", location })),
    ...[{ ...report, site: "shop", location: "iad", outcome: "down", reason: "dns" } as const],
  );
  const { text } = await made.get(`/history?month=${month}`);
  const rows = [...text.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row]) =>
    row!.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim()
  );
  strictEqual(rows.length, 2);
  match(rows[0]!, /^blog 100 % of the/);
  match(rows[1]!, /^shop 0\.00 % of the/);
});

Deno.test("the history asks for the alerts of a view once", async () => {
  await using made = await MadeStore.create();
  let view = await made.cache.view();
  let asked = 0;
  made.cache.view = () => Promise.resolve(view);
  made.cache.alerts = () => {
    asked++;
    return Promise.resolve([]);
  };
  const load = () => made.get("/history");
  await Promise.all([load(), load()]);
  await load();
  strictEqual(asked, 1);
  view = { ...view };
  await load();
  strictEqual(asked, 2);
});
