import { strictEqual } from "node:assert/strict";
import { siteKey, v1Key } from "../../src/report/message_key.ts";
import { GOLDEN } from "./golden.ts";

Deno.test("siteKey() is the site's name", () => {
  strictEqual(siteKey(GOLDEN.report), "shop");
});

// Python's base64.b64encode(url.encode()), which the original Python service used.
Deno.test("v1Key() is the original service's key, when the url is not ASCII", () => {
  strictEqual(v1Key("http://httpbin/anything?match"), "aHR0cDovL2h0dHBiaW4vYW55dGhpbmc/bWF0Y2g=");
  strictEqual(v1Key("http://h/ä"), "aHR0cDovL2gvw6Q=");
});
