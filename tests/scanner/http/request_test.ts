import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { RequestCache } from "../../../src/scanner/http/request.ts";
import { redirectedPlan } from "../../../src/scanner/http/redirect.ts";
import type { Site } from "../../../src/config/site.ts";
import { aSite } from "../sites.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("planOf() plans once for each site", () => {
  const cache = new RequestCache("sitemon/1");
  const [one, other] = [aSite("http://a.example/"), aSite("http://a.example/")];
  strictEqual(cache.planOf(one), cache.planOf(one));
  notStrictEqual(cache.planOf(one), cache.planOf(other));
  deepStrictEqual(cache.planOf(one).url.href, "http://a.example/");
});

Deno.test("requestOf() keeps the bytes of a plan, and writes new ones for a redirected plan", () => {
  const cache = new RequestCache("sitemon/1");
  const headers = { authorization: "Bearer secret" };
  const plan = cache.planOf(aSite("http://a.example/one", { headers }));
  const request = cache.requestOf(plan);
  strictEqual(cache.requestOf(plan), request);
  const next = redirectedPlan(plan, new URL("http://b.example/two"), 302);
  const text = textOf(cache.requestOf(next));
  deepStrictEqual(text.split("\r\n").slice(0, 2), ["GET /two HTTP/1.1", "host: b.example"]);
  deepStrictEqual(text.includes("secret"), false);
  strictEqual(textOf(request).includes("secret"), true);
});

/** What a request says about its body; bodies are counted in bytes of UTF-8. */
const LENGTHS: [method: string, body: string | undefined, length: string | undefined][] = [
  ["POST", undefined, "0"],
  ["PUT", undefined, "0"],
  ["PATCH", undefined, "0"],
  ["GET", undefined, undefined],
  ["DELETE", undefined, undefined],
  ["POST", "\u00e9", "2"],
  ["GET", "", "0"],
];

for (const [method, body, length] of LENGTHS) {
  Deno.test(`requestOf() says ${length} as length, when ${method} has the body ${body}`, () => {
    const cache = new RequestCache("sitemon/1");
    const site: Site = aSite("http://a.example/", { method, ...(body !== undefined && { body }) });
    const text = textOf(cache.requestOf(cache.planOf(site)));
    strictEqual(/^content-length: (\d+)\r$/m.exec(text)?.[1], length);
    deepStrictEqual(text.split("\r\n\r\n")[1], body ?? "");
  });
}
