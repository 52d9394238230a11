import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { locationSchema, statusSchema } from "../../../src/web/api/api_schemas.ts";
import { openApi } from "../../../src/web/api/open_api.ts";
import { PUBLIC_FIELDS, STATUS_FIELDS } from "../../../src/web/api/response_fields.ts";
import { HOUR_MS } from "../../../src/runtime/time_units.ts";
import { aMute, anAlert, firing } from "../../contract/some_alerts.ts";
import { EVIL_REPORT } from "../evil_report.ts";
import { MadeStore } from "../made_store.ts";

Deno.test("createApp() answers as its OpenAPI file says", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "shop", agoMs: HOUR_MS },
    { ...EVIL_REPORT, site: "shop", agoMs: 10_000 },
    { site: "shop", agoMs: 1_000, labels: { team: "web" } },
  );
  await made.decide(firing(anAlert(1)));
  await made.records.putMute(aMute("1", { kind: "maintenance", names: ["s*"] }));
  type Content = Record<string, { schema: { $ref: string } }>;
  const file = openApi() as {
    paths: Record<string, { get: { responses: Record<string, { content?: Content }> } }>;
    components: { schemas: Record<string, { properties: object }> };
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(file, "openapi");
  const asked: [string, string, string][] = [
    ["/api/status", "/api/status", "200"],
    ["/api/sites/{name}", "/api/sites/shop", "200"],
    ["/api/maintenance", "/api/maintenance", "200"],
    ["/api/alerts", "/api/alerts", "200"],
    ["/api/sites/{name}/reports", "/api/sites/shop/reports", "200"],
    ["/api/sites/{name}", "/api/sites/none", "404"],
    ["/api/status", "/api/status?x=1", "400"],
    ["/api/alerts", "/api/alerts?x=1", "400"],
  ];
  for (const [path, address, status] of asked) {
    const { response, text } = await made.get(address);
    strictEqual(`${response.status}`, status);
    const contentType = response.headers.get("content-type")!;
    const { $ref } = file.paths[path]!.get.responses[status]!.content![contentType]!.schema;
    const validate = ajv.compile({ $ref: `openapi${$ref}` });
    ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
    // A field that the file does not know would be one that was added without a word.
    const { properties } = file.components.schemas[$ref.split("/").at(-1)!]!;
    deepStrictEqual(Object.keys(JSON.parse(text)).sort(), Object.keys(properties).sort());
  }
  deepStrictEqual(Object.keys(file.paths), asked.slice(0, 5).map(([path]) => path));
});

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

Deno.test("openApi() is a file that other tools understand", async () => {
  const { valid, errors } = await new Validator().validate(openApi());
  ok(valid, JSON.stringify(errors));
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
  strictEqual(events.headers.get("content-encoding"), null);
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
  const { Status, Location } = PUBLIC_FIELDS;
  deepStrictEqual(STATUS_FIELDS, Object.keys(statusSchema.shape));
  ok(Status!.every((field) => field in statusSchema.shape));
  ok(Location!.every((field) => field in locationSchema.shape));
});
