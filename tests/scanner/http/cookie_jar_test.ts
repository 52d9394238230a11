import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { COOKIE_BYTES_MAX, CookieJar, COOKIES_MAX } from "../../../src/scanner/http/cookie_jar.ts";

const NOW_MS = Date.UTC(2026, 10, 23);

/** A jar after a response from `url` that sets these. */
function jarOf(url: string, ...lines: readonly string[]): CookieJar {
  const jar = new CookieJar(() => NOW_MS);
  jar.take([...lines.map((line) => ["set-cookie", line] as const)] as never, new URL(url));
  return jar;
}

const FROM = "https://shop.example.org/a/b";

/** What is set there, and what a request is sent of it. */
const CASES: [what: string, line: string, to: string, sent: string | undefined][] = [
  ["the same url", "a=1", FROM, "a=1"],
  ["another port of the host", "a=1", "https://shop.example.org:8443/a/", "a=1"],
  ["another host", "a=1", "https://pay.example.org/a/", undefined],
  ["a host below it", "a=1", "https://x.shop.example.org/a/", undefined],
  ["a sibling, of a domain", "a=1; Domain=example.org", "https://pay.example.org/a/", "a=1"],
  ["the domain, with a dot", "a=1; domain=.Example.ORG", "https://example.org/a/", "a=1"],
  ["a name that ends like it", "a=1; Domain=example.org", "https://badexample.org/a/", undefined],
  ["a domain that is not its own", "a=1; Domain=pay.example.org", FROM, undefined],
  ["a top-level domain", "a=1; Domain=org", FROM, undefined],
  ["its default path", "a=1", "https://shop.example.org/a", "a=1"],
  ["a path outside of it", "a=1", "https://shop.example.org/ab", undefined],
  ["every path", "a=1; Path=/", "https://shop.example.org/", "a=1"],
  ["a path that is none", "a=1; Path=x", "https://shop.example.org/", undefined],
  ["a path below its own", "a=1; Path=/a/b/", "https://shop.example.org/a/b/c", "a=1"],
  ["plain http", "a=1", "http://shop.example.org/a/", "a=1"],
  ["plain http, when secure", "a=1; Secure; HttpOnly", "http://shop.example.org/a/", undefined],
  ["https, when secure", "a=1; secure", FROM, "a=1"],
  ["a value with =, quotes and spaces", ' a = "b=c d" ; Path=/', FROM, 'a="b=c d"'],
  ["an empty value", "a=", FROM, "a="],
  ["a cookie without a name", "=1", FROM, undefined],
  ["a cookie without a value", "a", FROM, undefined],
  ["a control character", "a=\x01", FROM, undefined],
  ["one that has expired", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", FROM, undefined],
  ["one that expires later", "a=1; Expires=Wed, 23 Nov 9999 00:00:00 GMT", FROM, "a=1"],
  ["a date that is none", "a=1; Expires=soon", FROM, "a=1"],
  ["one that is to be forgotten", "a=1; Max-Age=0; Expires=soon", FROM, undefined],
  ["one that lasts", "a=1; Max-Age=99999999999999999999", FROM, "a=1"],
  ["the longest", `a=${"x".repeat(COOKIE_BYTES_MAX - 1)}`, FROM, `a=${"x".repeat(4_095)}`],
  ["one that is too long", `a=${"x".repeat(COOKIE_BYTES_MAX)}`, FROM, undefined],
];

for (const [what, line, to, sent] of CASES) {
  Deno.test(`headerFor() gives ${sent?.slice(0, 20)}, when there is ${what}`, () => {
    strictEqual(jarOf(FROM, line).headerFor(new URL(to)), sent);
  });
}

Deno.test("headerFor() sends an address its own cookies alone", () => {
  const jar = jarOf("http://10.0.0.1/", "a=1", "b=2; Domain=0.0.1", "c=3; Domain=10.0.0.1");
  strictEqual(jar.headerFor(new URL("http://10.0.0.1/")), "a=1; c=3");
});

Deno.test("take() replaces a cookie of the same name, domain and path, and removes one that expires", () => {
  const jar = jarOf(FROM, "a=1", "a=2", "a=3; Path=/", "b=1", "b=; Max-Age=0");
  deepStrictEqual(jar.headerFor(new URL(FROM)), "a=2; a=3");
});

Deno.test("take() keeps the newest cookies, when there are too many", () => {
  const lines = Array.from({ length: COOKIES_MAX + 1 }, (_, index) => `c${index}=1`);
  const sent = jarOf(FROM, ...lines).headerFor(new URL(FROM))!.split("; ");
  deepStrictEqual([sent.length, sent[0], sent.at(-1)], [COOKIES_MAX, "c1=1", `c${COOKIES_MAX}=1`]);
});
