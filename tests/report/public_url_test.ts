import { ok, strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import { publicUrl } from "../../src/report/public_url.ts";

const CASES: readonly [url: string, expected: string][] = [
  ["http://httpbin/anything?match", "http://httpbin/anything?match"],
  ["http://example.org", "http://example.org"],
  ["https://user:secret@example.org/path", "https://example.org/path"],
  ["https://user@example.org", "https://example.org"],
  ["https://user:p@ss@example.org/", "https://example.org/"],
  ["HTTPS://u:p@[::1]:8443/?a=b@c", "HTTPS://[::1]:8443/?a=b@c"],
  ["http://example.org/@me", "http://example.org/@me"],
  ["http://example.org?to=a@b", "http://example.org?to=a@b"],
  ["http://example.org#a@b", "http://example.org#a@b"],
  ["http:/u:p@example.org/", "http:/example.org/"],
  ["http:u:p@example.org/", "http:example.org/"],
  ["http:\\\\u:p@example.org\\x@y", "http:\\\\example.org\\x@y"],
  [" http://u:p@example.org/", "http://example.org/"],
  ["ht\ntp://u:p@\texample.org/", "http://example.org/"],
  ["http:@/u:p@example.org", "http:example.org"],
  ["ftp.example://u\\:p@example.org/", "ftp.example://example.org/"],
  ["http:ftp:\\@/x@y", "http:ftp:\\@/x@y"],
  ["not a url", "not a url"],
];

for (const [url, expected] of CASES) {
  Deno.test(`publicUrl() returns ${JSON.stringify(expected)}, when it gets ${JSON.stringify(url)}`, () => {
    strictEqual(publicUrl(url), expected);
  });
}

// The parser decides what is a password, so it decides whether one is left.
Deno.test("publicUrl() leaves nothing that a url parser takes for credentials", () => {
  const part = fc.constantFrom(
    ..."/\\@:?#[]%\t\n\0 ab",
    "http",
    "https:",
    "//",
    "secret",
    "h.example",
  );
  const scheme = fc.constantFrom("", "http:", "http://", "h.example:", "h.example://");
  fc.assert(
    fc.property(scheme, fc.array(part, { maxLength: 12 }), (begin, parts) => {
      const url = begin + parts.join("");
      const parsed = URL.parse(publicUrl(url));
      ok(!parsed || (parsed.username === "" && parsed.password === ""), JSON.stringify(url));
    }),
    runs(20_000),
  );
});
