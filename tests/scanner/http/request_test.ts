import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { RequestCache } from "../../../src/scanner/http/request.ts";
import { redirectedPlan } from "../../../src/scanner/http/redirect.ts";
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
