import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { HOUR_MS, MINUTE_MS } from "../../../src/runtime/time_units.ts";
import type { Alert } from "../../../src/status/alert_store.ts";
import { OPEN_ALERTS_MAX } from "../../../src/web/live/status_cache.ts";
import { alertOf, toldText } from "../../../src/web/pages/alerts_part.ts";
import { anAlert, attempt, ended, firing, idOf } from "../../contract/some_alerts.ts";
import { EVIL } from "../evil_report.ts";
import { MadeStore } from "../made_store.ts";
import { anIncident } from "../site_status.ts";

/** Heading and rows of the alerts on a page. */
async function shown(made: MadeStore, path: string) {
  const { text } = await made.get(path);
  const [, section = ""] = /<section aria-labelledby="alerts">([^]*?)<\/section>/.exec(text) ?? [];
  const wordsOf = (part: string) => part.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim();
  return {
    text,
    section,
    heading: wordsOf(/<h2[^]*?<\/h2>/.exec(section)?.[0] ?? ""),
    rows: [...section.matchAll(/<tr><td>[^]*?<\/tr>/g)].map(([row]) => wordsOf(row)),
  };
}

const RUNBOOK = { ...anAlert(1).detail, labels: { runbook: "https://wiki.example/shop" } };

Deno.test("a page lists open alerts with who takes care of them, and what holds them back", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1", outcome: "down", reason: "dns" }, { site: "blog" });
  const location = { kind: "location", site: null, location: "fra" } as const;
  await made.decide(firing(
    anAlert(1, { detail: RUNBOOK }),
    anAlert(2, { suppressed_by: "maintenance:move" }),
    anAlert(3, { suppressed_by: "flapping:7", kind: "certificate_soon", severity: "warning" }),
    anAlert(4, location),
    ended(anAlert(5)),
  ));
  await made.records.acknowledge(idOf(1), "ann", "on it");
  const { section, heading, rows } = await shown(made, "/");
  strictEqual(heading, "4 open alerts");
  const ofSite = (part: string) => rows.find((row) => row.includes(part))!;
  match(ofSite("shop-1"), /Down critical Runbook .+ acknowledged by ann : on it$/);
  match(ofSite("shop-2"), /held back by planned work: move$/);
  match(
    ofSite("shop-3"),
    /Certificate expires soon warning .+ held back by changes in an hour: 7$/,
  );
  match(ofSite("fra"), /^Location fra Location is silent critical .+ firing$/);
  deepStrictEqual(rows.slice(2).map((row) => row.includes("held back")), [true, true]);
  ok(section.includes('href="https://wiki.example/shop"'));
  ok(section.includes('href="./sites/shop-1"'));
  const own = await shown(made, "/sites/shop-1");
  deepStrictEqual([own.heading, own.rows.length], ["1 open alert", 1]);
  strictEqual((await shown(made, "/sites/blog")).section, "");
});

Deno.test("a page says nothing of alerts, when none is open", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1" });
  await made.decide(firing(ended(anAlert(1))));
  for (const path of ["/", "/sites/shop-1"]) {
    ok(!/alert[^e]/i.test((await shown(made, path)).text.replaceAll(/role="alert"/g, "")), path);
  }
});

Deno.test("a page lists a hundred alerts, and says when there are more than it knows", async () => {
  await using made = await MadeStore.create();
  const storm = Array.from({ length: OPEN_ALERTS_MAX + 1 }, (_, index) => anAlert(index));
  await made.decide(firing(...storm));
  const { heading, rows, section } = await shown(made, "/");
  deepStrictEqual([heading, rows.length], [`More than ${OPEN_ALERTS_MAX} open alerts`, 100]);
  match(section, /<summary>and 92 more<\/summary>/);
});

Deno.test("a page warns of channels that fail or refuse while messages wait", async () => {
  await using made = await MadeStore.create();
  const [delivery] = await made.decide(firing(anAlert(1)));
  const warning = async () => {
    await made.cache.refresh();
    const { text } = await shown(made, "/");
    return /Alerts do not arrive:([^]*?)<\/p>/.exec(text)?.[1]?.replaceAll(/<[^>]*>/g, "");
  };
  await made.settle(
    attempt(delivery!, { result: "refused", error: `403 ${EVIL}`, retryMs: HOUR_MS }),
  );
  match((await warning())!, /^ ops refuses them, 1 waiting\s+\(403 /);
  ok(!(await made.get("/")).text.includes("<script>evil"));
});

Deno.test("who acknowledged stands at the incidents that the alert overlaps", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "shop-1", agoMs: 3 * HOUR_MS, outcome: "down", reason: "dns" },
    { site: "shop-1", agoMs: 2 * HOUR_MS },
    { site: "shop-1", agoMs: MINUTE_MS, outcome: "down", reason: "dns" },
  );
  const began_at = new Date(Date.now() - MINUTE_MS);
  await made.decide(firing(anAlert(1, { began_at })));
  await made.records.acknowledge(idOf(1), "ann", "");
  for (const path of ["/incidents", "/sites/shop-1"]) {
    const { text } = await made.get(path);
    const rows = [...text.matchAll(/<tr><td>[^]*?<\/tr>/g)].map(([row]) => row)
      .filter((row) => row.includes("/incidents/"));
    deepStrictEqual(rows.map((row) => row.includes("acknowledged by")), [true, false], path);
  }
});

Deno.test("alertOf() is of the same site and time alone", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 12, minute));
  const alert = (from: number, until: number | null, overrides: Partial<Alert> = {}) =>
    anAlert(1, {
      ...{ site: "shop", acked_by: "ann", began_at: at(from) },
      ended_at: until === null ? null : at(until),
      ...overrides,
    });
  const table: [Alert, string | null][] = [
    [alert(0, 15), "ann"],
    [alert(15, null), "ann"],
    [alert(16, null), null],
    [alert(-9, -1), null],
    [alert(0, 15, { site: "blog" }), null],
  ];
  for (const [one, author] of table) {
    strictEqual(alertOf(anIncident(), [one])?.acked_by ?? null, author);
  }
  const unseen = alert(0, 15, { acked_by: null });
  strictEqual(alertOf(anIncident(), [unseen]), unseen);
  strictEqual(alertOf(anIncident(), [unseen, table[0]![0]])?.acked_by, "ann");
});

Deno.test("toldText() names channels or what held it back, and who acknowledged", async () => {
  const reason = { ack_reason: "on <it>" };
  const table: [Partial<Alert>, string][] = [
    [{ channels: ["ops", "mail"] }, "alert to <bdi>ops, mail</bdi>"],
    [
      { acked_by: "ann", ...reason },
      "alert to <bdi>ops</bdi>, acknowledged by <bdi>ann</bdi>: <bdi>on &lt;it&gt;</bdi>",
    ],
    [{ channels: [], acked_by: "ann" }, "acknowledged by <bdi>ann</bdi>"],
    [{ channels: [] }, ""],
    [{ suppressed_by: "flapping:7" }, "alert to <bdi>ops</bdi>"],
    [
      { suppressed_by: "maintenance:move", acked_by: "ann" },
      "held back by planned work: <bdi>move</bdi>, acknowledged by <bdi>ann</bdi>",
    ],
  ];
  for (const [overrides, words] of table) {
    strictEqual(`${await toldText(anAlert(1, overrides), { hasReason: true })}`, words);
  }
});

Deno.test("incidents say whom they told and who acknowledged them, on each page that has them", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1", outcome: "down", reason: "dns" });
  await made.decide(firing(anAlert(1)));
  await made.records.acknowledge(idOf(1), "ann", "on it");
  const [, own] = /href="\.\/(incidents\/[^"]+)"/.exec((await made.get("/incidents")).text)!;
  for (const path of ["/incidents", "/history", "/sites/shop-1", `/${own}`]) {
    const { text } = await made.get(path);
    match(text, /alert to <bdi>ops<\/bdi>, acknowledged by <bdi>ann<\/bdi>/, path);
  }
});

Deno.test("what people and sites wrote about alerts is text on every page", async () => {
  await using made = await MadeStore.create();
  const detail = { ...anAlert(1).detail, labels: { runbook: "javascript:evil()" } };
  await made.add({ site: EVIL });
  await made.decide(firing(
    anAlert(1, { site: EVIL, severity: EVIL, suppressed_by: `parent:${EVIL}`, detail }),
    anAlert(2, { site: null, kind: "location", location: EVIL }),
  ));
  await made.records.acknowledge(idOf(1), EVIL, EVIL);
  for (const path of ["/", `/sites/${encodeURIComponent(EVIL)}`]) {
    const { text, rows } = await shown(made, path);
    ok(rows.length > 0);
    ok(!/<script>evil|<img|<svg onload|href="javascript/.test(text), text);
  }
});
