// What several locations see of a site at once is one incident, wherever incidents are listed.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Outcome } from "../../../src/report/outcome.ts";
import { MINUTE_MS } from "../../../src/runtime/time_units.ts";
import type { Making } from "../made_reports.ts";
import { MadeStore } from "../made_store.ts";

function seen(location: string, agoMinutes: number, outcome: Outcome, more: Making = {}): Making {
  return {
    ...{ site: "shop", location, outcome, reason: outcome === "up" ? null : "dns" },
    agoMs: agoMinutes * MINUTE_MS,
    next_check_ms: 60 * MINUTE_MS,
    ...more,
  };
}

/** The rows of tables, without markup. */
function rows(text: string): string[] {
  return [...text.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) =>
    row.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").replaceAll(" , ", ", ").trim()
  );
}

function paths(text: string): string[] {
  return [...new Set([...text.matchAll(/href="[./]*(\/incidents\/[^"]+)"/g)].map(([, to]) => to!))];
}

Deno.test("pages and feed have one incident of what several locations see at once", async () => {
  await using made = await MadeStore.create();
  await made.add(
    ...[seen("gru", 90, "down"), seen("gru", 80, "up")],
    seen("gru", 50, "degraded", { reason: "slow", error_text: "3 s" }),
    ...[seen("fra", 45, "down"), seen("gru", 40, "up"), seen("fra", 20, "up")],
  );
  const { text: list } = await made.get("/incidents");
  const listed = [
    /^shop fra, gru ✕ Down Slow response .* 30 min$/,
    /^shop gru ✕ Down DNS lookup failed .* 10 min$/,
  ];
  strictEqual(rows(list).length, listed.length);
  rows(list).forEach((row, index) => match(row, listed[index]!));
  const [whole, single] = paths(list);
  const { text: feed } = await made.get("/feed.atom");
  const changes = [...feed.matchAll(/<id>[^<]*(\/incidents\/[^<]+)<\/id>/g)].map(([, to]) => to);
  deepStrictEqual(changes, [
    `${whole}#ended`,
    `${whole}#began`,
    `${single}#ended`,
    `${single}#began`,
  ]);

  const { text: page } = await made.get(whole!);
  match(page, /shop<\/bdi>: Slow response/);
  match(page, /3 s/);
  const parts = rows(page);
  match(parts[0]!, /^fra ✕ Down DNS lookup failed .* 25 min$/);
  match(parts[1]!, /^gru ! Degraded Slow response .* 10 min$/);
  // Each location's part has an address too, with what was seen from there.
  const ofFra = paths(page).find((path) => path !== whole)!;
  const { text: other } = await made.get(ofFra);
  deepStrictEqual(rows(other).slice(0, 2), parts.slice(0, 2));
  match(other, /First check\s*<small><bdi>fra</);
  strictEqual(paths((await made.get(single!)).text).length, 0);
});
