import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { incidentSchema, locationSchema, statusSchema } from "../../../src/web/api/api_schemas.ts";
import { PUBLIC_FIELDS, STATUS_FIELDS } from "../../../src/web/api/response_fields.ts";
import { MadeStore } from "../made_store.ts";

Deno.test("createApp() gives a client the sites and fields that it asks for", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" }, { site: "blog", outcome: "down", reason: "dns" });
  const path = "/api/status?state=down&fields=location,reason&limit=1";
  const { sites, next } = JSON.parse((await made.get(path)).text);
  const locations = [{ location: "default", reason: "dns" }];
  deepStrictEqual([sites, next], [
    [{ site: "blog", state: "down", in_part: false, locations }],
    null,
  ]);
  for (
    const path of ["/api/status?states=down", "/api/sites/shop?x=1", "/api/sites/shop/reports?x=1"]
  ) {
    const { response, text } = await made.get(path);
    strictEqual(response.status, 400, path);
    match(JSON.parse(text).detail, /^the query parameter "(states|x)" is unknown; /);
  }
});

Deno.test("createApp() makes answers small for those who can read them so", async () => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 50 }, (_, index) => ({ site: `s${index}`, agoMs: 9 })));
  const headers = { "accept-encoding": "gzip" };
  const plain = await made.get("/api/status");
  const small = await made.app().request("/api/status", { headers });
  strictEqual(small.headers.get("content-encoding"), "gzip");
  strictEqual(small.headers.get("vary"), "Accept-Encoding");
  const whole = small.body!.pipeThrough(new DecompressionStream("gzip"));
  strictEqual(await new Response(whole).text(), plain.text);
  const etag = small.headers.get("etag")!;
  const again = await made.get("/api/status", { ...headers, "if-none-match": etag });
  deepStrictEqual([again.response.status, again.text], [304, ""]);
  const events = await made.app().request("/events", { headers });
  strictEqual(events.headers.get("content-encoding"), "gzip");
  await events.body!.cancel();
});

Deno.test("createApp() answers 304, when the ETag is that of what is there", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 });
  const first = await made.get("/api/sites/shop/reports");
  const etag = first.response.headers.get("etag")!;
  strictEqual(first.response.headers.get("cache-control"), "no-cache");
  const second = await made.get("/api/sites/shop/reports", { "if-none-match": etag });
  deepStrictEqual([second.response.status, second.text], [304, ""]);
  await made.add({ site: "shop" });
  await made.cache.refresh();
  const third = await made.get("/api/sites/shop/reports", { "if-none-match": etag });
  strictEqual(third.response.status, 200);
});

Deno.test("createApp() answers 503 to the API, when the store has never answered", async () => {
  await using made = await MadeStore.create();
  await made.hide();
  const { response, text } = await made.get("/api/status");
  strictEqual(response.status, 503);
  ok(!text.includes(made.path));
  const page = await made.get("/");
  strictEqual(page.response.status, 200);
  match(page.text, /<h1[^>]*>No data yet<\/h1>/);
});

Deno.test("STATUS_FIELDS and PUBLIC_FIELDS name fields that the schemas have", () => {
  const { Status, Location, Incident } = PUBLIC_FIELDS;
  deepStrictEqual(STATUS_FIELDS, Object.keys(statusSchema.shape));
  ok(Status!.every((field) => field in statusSchema.shape));
  ok(Location!.every((field) => field in locationSchema.shape));
  ok(Incident!.every((field) => field in incidentSchema.shape));
});

for (
  const [origins, origin, allowed] of [
    [undefined, "https://ops.example", null],
    [["*"], "https://ops.example", "*"],
    [["https://ops.example"], "https://ops.example", "https://ops.example"],
    [["https://ops.example"], "https://ops.example.evil", null],
  ] as const
) {
  Deno.test(`createApp() lets ${origin} read the API, if ${origins} may: ${allowed}`, async () => {
    await using made = await MadeStore.create();
    await made.add({ site: "shop" });
    const app = made.app(origins && { origins });
    const headers = { origin, "access-control-request-method": "GET" };
    const before = await app.request("/api/status", { method: "OPTIONS", headers });
    const { status, headers: told } = await app.request("/api/status", { headers });
    strictEqual(status, 200);
    for (const given of [before.headers, told]) {
      strictEqual(given.get("access-control-allow-origin"), allowed);
      strictEqual(given.get("access-control-allow-credentials"), null);
    }
    strictEqual(before.status, origins === undefined ? 405 : 204);
    if (origins === undefined) return;
    strictEqual(before.headers.get("access-control-allow-methods"), "GET,HEAD");
    strictEqual(told.get("access-control-expose-headers"), "ETag,Link");
    const page = await app.request("/", { headers });
    strictEqual(page.headers.get("access-control-allow-origin"), null);
  });
}
