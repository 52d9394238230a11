// Authors of clients believe the OpenAPI file: it has all that is served, and nothing else.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { openApi } from "../../../src/web/api/open_api.ts";
import { HOUR_MS } from "../../../src/runtime/time_units.ts";
import { aMute, anAlert, firing } from "../../contract/some_alerts.ts";
import { EVIL_REPORT } from "../evil_report.ts";
import { MadeStore } from "../made_store.ts";
import { served } from "../served.ts";

/** What is asked of a path beside the plain question, and what is not to be found. */
const QUESTIONS: Readonly<Record<string, readonly [query: string, status: number][]>> = {
  "/api/status": [["?fields=outcome,uptimes&limit=1", 200], ["?at=x", 400], ["?q=a&q=b", 400]],
  "/api/sites/{name}": [["?x=1", 400]],
  "/api/incidents": [["?limit=1", 200], ["?state=open", 200], ["?site=none", 404], ["?x=1", 400]],
  "/api/sites/{name}/reports": [["?limit=1", 200], ["?location=none", 404], ["?after=x", 400]],
  "/api/sites/{name}/latency": [["?limit=1", 200], ["?step=day", 200], ["?step=week", 400]],
  "/api/maintenance": [["?x=1", 400]],
  "/api/alerts": [["?from=0", 200], ["?x=1", 400]],
};

/** A store with something to say of everything. */
async function filled(): Promise<MadeStore> {
  const made = await MadeStore.create();
  await made.add(
    { site: "shop", agoMs: 3 * HOUR_MS },
    { ...EVIL_REPORT, site: "shop", agoMs: 2 * HOUR_MS },
    { site: "shop", agoMs: HOUR_MS, outcome: "degraded", reason: "slow" },
    { site: "shop", agoMs: 1_000, labels: { team: "web" } },
    { site: "shop", location: "fra", agoMs: 500 },
  );
  await made.decide(firing(anAlert(1)));
  await made.records.putMute(aMute("1", { kind: "maintenance", names: ["s*"] }));
  return made;
}

type Content = Record<string, { schema: object }>;

interface File {
  readonly paths: Record<string, { get: { responses: Record<string, { content?: Content }> } }>;
  readonly components: { readonly schemas: Record<string, { properties?: object }> };
}

/** The file, read by a client that minds fields which it does not know. */
function strictly(file: File): Ajv2020 {
  const schemas = Object.entries(file.components.schemas).map(([name, schema]) => [
    name,
    schema.properties === undefined ? schema : { ...schema, additionalProperties: false },
  ]);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...file, components: { schemas: Object.fromEntries(schemas) } }, "openapi");
  return ajv;
}

for (const isPublic of [false, true]) {
  const what = isPublic ? "a public page" : "a page";

  Deno.test(`${what} answers as its OpenAPI file says, and the file has all but what people read`, async () => {
    await using made = await filled();
    await using server = served(made.path, { look: { title: "Status", isPublic } });
    const get = (path: string) => fetch(server.address + path);
    const file: File = await (await get("/api/openapi.json")).json();
    deepStrictEqual(file, JSON.parse(JSON.stringify(openApi({ isPublic }))));
    const ajv = strictly(file);
    for (const [path, { get: { responses } }] of Object.entries(file.paths)) {
      const plain = path.replace("{name}", "shop");
      for (const [query, status] of [["", 200] as const, ...QUESTIONS[path] ?? []]) {
        const response = await get(plain + query);
        strictEqual(response.status, status, plain + query);
        const contentType = response.headers.get("content-type")!.split(";")[0]!;
        const content = responses[status]!.content!;
        deepStrictEqual(Object.keys(content), [contentType], path);
        const isEndless = contentType === "text/event-stream";
        if (isEndless || !contentType.endsWith("json")) {
          await response.body!.cancel();
          continue;
        }
        const { schema } = content[contentType]!;
        const named = JSON.parse(JSON.stringify(schema).replace("#/", "openapi#/"));
        const validate = ajv.compile(named);
        ok(validate(await response.json()), `${plain}${query}: ${JSON.stringify(validate.errors)}`);
      }
    }
    const { incidents: [incident] } = await (await get("/api/incidents")).json();
    const described = Object.keys(file.paths).map((path) => path.replace("{name}", "shop"));
    for (const { path, method } of made.app({ look: { title: "Status", isPublic } }).routes) {
      if (method !== "GET") continue;
      const pattern = path.replaceAll(/:\w+\{([^}]*)\}/g, "$1").replaceAll(/:\w+/g, "[^/]+");
      if (described.some((one) => new RegExp(`^${pattern}$`).test(one))) continue;
      const page = path.replace(":name", "shop").replace(":id", incident.id)
        .replace(":file", "page.css");
      const response = await get(page);
      strictEqual(response.status, 200, page);
      const contentType = response.headers.get("content-type")!;
      ok(contentType.startsWith("text/html") || page.startsWith("/assets/"), page);
      await response.body!.cancel();
    }
  });
}

Deno.test("openApi() is a file that other tools understand", async () => {
  for (const isPublic of [false, true]) {
    const { valid, errors } = await new Validator().validate(openApi({ isPublic }));
    ok(valid, JSON.stringify(errors));
  }
});

Deno.test("openApi() lets fields be added, and names the unit of each time and duration", () => {
  const { components, paths } = openApi() as unknown as File;
  ok(!JSON.stringify({ components, paths }).includes('additionalProperties":false'));
  for (const [name, { properties = {} }] of Object.entries(components.schemas)) {
    for (const [field, schema] of Object.entries(properties)) {
      const said = JSON.stringify(schema);
      if (!/_at$|since|_time$|^(at|from|until|hour)$/.test(field) || said.includes('"object"')) {
        continue;
      }
      if (/"type":"(integer|number)"/.test(said)) {
        ok(/seconds/i.test(said), `${name}.${field}: ${said}`);
      }
    }
  }
});
