import { strictEqual } from "node:assert/strict";
import { bareKey, siteKey } from "../../src/report/message_key.ts";
import { GOLDEN } from "./golden.ts";

Deno.test("siteKey() is the site's name", () => {
  strictEqual(siteKey(GOLDEN.report), "shop");
});

// Python's base64.b64encode(url.encode()), which the seed used.
Deno.test("bareKey() is the seed's key, when the url is not ASCII", () => {
  strictEqual(bareKey("http://httpbin/anything?match"), "aHR0cDovL2h0dHBiaW4vYW55dGhpbmc/bWF0Y2g=");
  strictEqual(bareKey("http://h/ä"), "aHR0cDovL2gvw6Q=");
});
