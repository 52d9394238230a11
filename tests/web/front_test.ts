import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Front, type FrontOptions } from "../../src/web/front.ts";

const PUBLIC = { publicUrl: "https://ops.example.org/status" };

Deno.test("Front.inside() takes the public path and a path without its beginning", () => {
  const cases: [FrontOptions, string, string][] = [
    [PUBLIC, "/status/", "/"],
    [PUBLIC, "/status/sites/a%2Fb?location=x", "/sites/a%2Fb?location=x"],
    [PUBLIC, "/sites/a", "/sites/a"],
    [PUBLIC, "/statuses", "/statuses"],
    [{ publicUrl: "https://ops.example.org" }, "/status/", "/status/"],
    [{}, "/status/", "/status/"],
  ];
  for (const [options, path, inside] of cases) {
    const { url } = new Front(options).inside(new Request(`http://h:1${path}`)) as Request;
    strictEqual(url, `http://h:1${inside}`);
  }
  const { status, headers } = new Front(PUBLIC)
    .inside(new Request("http://h/status?a=1")) as Response;
  deepStrictEqual([status, headers.get("location")], [308, "/status/?a=1"]);
});

Deno.test("Front.visitor() believes X-Forwarded-* of configured proxies, and of nobody else", () => {
  const forwarded = {
    "x-forwarded-for": "203.0.113.9, 198.51.100.7, 10.0.0.2",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example, ops.example.org:8443",
    "x-forwarded-prefix": "/status/",
  };
  const odd = {
    "x-forwarded-for": "unknown",
    "x-forwarded-proto": "javascript",
    "x-forwarded-host": "a b",
    "x-forwarded-prefix": "//evil.example",
  };
  const trusting = { trustedProxies: ["10.0.0.0/8", "::1"] };
  const own = "http://h:1/";
  const [peer, reader, root] = ["10.0.0.1", "198.51.100.7", "https://ops.example.org:8443/status/"];
  const cases: [FrontOptions, Record<string, string>, string, string, string][] = [
    [{}, forwarded, peer, peer, own],
    [trusting, forwarded, peer, reader, root],
    [trusting, forwarded, "::1", reader, root],
    [trusting, forwarded, "::ffff:10.0.0.1", reader, root],
    [trusting, forwarded, "192.0.2.1", "192.0.2.1", own],
    [trusting, {}, peer, peer, own],
    [trusting, odd, peer, peer, own],
    [trusting, { "x-forwarded-for": "10.0.0.3, 10.0.0.2" }, peer, "10.0.0.3", own],
    [PUBLIC, forwarded, peer, peer, "https://ops.example.org/status/"],
    [{ ...PUBLIC, ...trusting }, forwarded, peer, reader, "https://ops.example.org/status/"],
  ];
  for (const [options, headers, from, address, root] of cases) {
    const request = { headers: new Headers(headers), url: "http://h:1/sites/a" };
    deepStrictEqual(new Front(options).visitor(request, from), { address, root });
  }
});
