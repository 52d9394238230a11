import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { HOUR_MS } from "../../../src/runtime/time_units.ts";
import { ALERTS_MAX } from "../../../src/web/api/alerts_api.ts";
import { aMute, anAlert, ended, firing, idOf } from "../../contract/some_alerts.ts";
import { MadeStore } from "../made_store.ts";

async function asked(made: MadeStore, path: string) {
  const { response, text } = await made.get(path);
  return { status: response.status, ...JSON.parse(text) };
}

Deno.test("/api/alerts has what is open, or lasted since a time, in parts", async () => {
  await using made = await MadeStore.create();
  const over = ended(anAlert(3, { began_at: new Date(Date.now() - HOUR_MS) }));
  await made.decide(firing(anAlert(1), anAlert(2), over));
  const ids = async (query: string) => {
    const { alerts, next } = await asked(made, `/api/alerts?${query}`);
    return [alerts.map(({ id }: { id: string }) => Number(id.slice(-3))), next !== null];
  };
  const since = (time: Date) => `from=${time.getTime() * 1_000}`;
  deepStrictEqual(await ids(""), [[1, 2], false]);
  deepStrictEqual(await ids("site=shop-2"), [[2], false]);
  deepStrictEqual(await ids(since(over.ended_at!)), [[1, 2, 3], false]);
  deepStrictEqual(await ids(since(new Date(Number(over.ended_at) + 1))), [[1, 2], false]);
  const all: number[] = [];
  for (let after = ""; after !== null;) {
    const query = `from=0&limit=1${after && `&after=${after}`}`;
    const { alerts, next } = await asked(made, `/api/alerts?${query}`);
    strictEqual(alerts.length, 1);
    all.push(Number(alerts[0].id.slice(-3)));
    after = next;
  }
  deepStrictEqual(all, [1, 2, 3]);
});

Deno.test("/api/alerts refuses what it does not know", async () => {
  await using made = await MadeStore.create();
  const wrong = [
    "sites=x",
    "from=1h",
    "limit=0",
    `limit=${ALERTS_MAX + 1}`,
    "after=1",
    "from=-1",
    "limit=1&limit=2",
  ];
  for (const query of wrong) {
    const { status, detail } = await asked(made, `/api/alerts?${query}`);
    strictEqual(status, 400, query);
    match(detail, new RegExp(query.split("=")[0]!), query);
  }
  strictEqual((await asked(made, "/api/maintenance?x=1")).status, 400);
});

Deno.test("/api/alerts says who was told, who acknowledged, and where it was found", async () => {
  await using made = await MadeStore.create();
  const alert = anAlert(1);
  await made.decide(firing(alert));
  await made.records.acknowledge(idOf(1), "ann", "on it");
  const { alerts: [found] } = await asked(made, "/api/alerts");
  const { acked_by, channels, began_at, places: [place], labels } = found;
  deepStrictEqual([acked_by, channels, labels], ["ann", ["ops"], { team: "shop" }]);
  deepStrictEqual([began_at, place.since], [
    alert.began_at.getTime() * 1_000,
    alert.detail.places[0]!.since!.getTime() * 1_000,
  ]);
});

Deno.test("/api/maintenance has planned work, without its author", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1" }, { site: "blog" });
  const work = (id: string, names: string[] | null) =>
    aMute(id, { kind: "maintenance", names, reason: id, author: "ann" });
  await made.records.putMute(work("1", null));
  await made.records.putMute({ ...work("2", ["shop-*"]), from: new Date(Date.now() + HOUR_MS) });
  const { maintenance, left_out } = await asked(made, "/api/maintenance");
  deepStrictEqual(maintenance.map((one: Record<string, unknown>) => [one.name, one.sites]), [
    ["1", null],
    ["2", ["shop-1"]],
  ]);
  deepStrictEqual([left_out, Object.keys(maintenance[0])], [
    0,
    ["id", "name", "from", "until", "sites", "sites_left_out"],
  ]);
});

Deno.test("/api/maintenance has a hundred works and a thousand sites, and counts the others", async () => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 1_001 }, (_, index) => ({ site: `s${index}` })));
  for (let id = 0; id <= 100; id++) {
    await made.records.putMute(aMute(`${id}`, { kind: "maintenance", names: ["s*"] }));
  }
  const { maintenance, left_out } = await asked(made, "/api/maintenance");
  deepStrictEqual([maintenance.length, left_out], [100, 1]);
  deepStrictEqual([maintenance[0].sites.length, maintenance[0].sites_left_out], [1_000, 1]);
});

Deno.test("/api/alerts and /api/maintenance answer 503, while the store does not respond", async () => {
  await using made = await MadeStore.create();
  await made.hide();
  for (const path of ["/api/alerts", "/api/maintenance"]) {
    strictEqual((await asked(made, path)).status, 503, path);
  }
});
