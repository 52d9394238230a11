import { ok, strictEqual } from "node:assert/strict";
import { cpuMsOf } from "../../support/cpu_time.ts";
import fc from "../../support/random_runs.ts";
import { redactor, SECRET_LENGTH_MIN } from "../../../src/runtime/telemetry/redaction.ts";

const CASES: [what: string, secrets: string[], text: string, redacted: string][] = [
  ["a secret anywhere", ["hunter2"], "a hunter2 and hunter2", "a *** and ***"],
  ["nothing", ["hunter2"], "nothing", "nothing"],
  ["the longest of those that begin alike", ["hunter", "hunter22"], "hunter22!", "***!"],
  ["one that begins others", ["abcd", "abcdx", "abcdz", "abcdzz"], "abcdy abcdzy", "***y ***y"],
  ["secrets that overlap as one", ["abcdef", "defghi"], "xabcdefghiy", "x***y"],
  ["neighbours each", ["abcd"], "abcdabcd", "******"],
  ["what is too short not at all", ["abc"], "abc", "abc"],
  ["a secret as encodeURIComponent writes it", ["a/b c"], "?q=a%2Fb%20c", "?q=***"],
  [
    "a secret as the path of a url holds it",
    ['a/"b'],
    new URL('http://h/a/"b').href,
    "http://h/***",
  ],
  ["one as its query does", ["a/'b <"], new URL("http://h/?t=a/'b <&u").href, "http://h/?t=***&u"],
  ["one in any percent-encoding", ["a+b/cß"], "/%61%2bb/%63%C3%9f?a%2Bb%2Fcß=1", "/***?***=1"],
  ["one in several of them", ["s3cr+t"], "x=s3cr%25252Bt&y", "x=***&y"],
  ["one beside bytes that are no UTF-8", ["s3cret"], "%C3%73%33cret%ff", "%C3***%ff"],
  ["one among other alphabets", ["gehäim"], "ﻑé gehäim 😀 geh%C3%A4im ß", "ﻑé *** 😀 *** ß"],
  ["one as forms write it", ["two words+"], "t=two+words%2B", "t=***"],
  ["one that has a percent sign", ["p%40ss"], "p%40ss p%2540ss", "*** ***"],
  ["those that overlap in two encodings as one", ["abcd%65f"], "abcd%65f %61bcd%2565f", "*** ***"],
  ["a long one", ["s".repeat(300_000)], `?%73${"s".repeat(299_999)}`, "?***"],
  ["one as a form writes it among spaces", ["two words&"], "t=two+words%26", "t=***"],
  [
    "one as other JSON writes it",
    ["<a/b>é😀"],
    '"\\u003Ca\\/b\\u003e\\u00e9\\ud83d\\ude00"',
    '"***"',
  ],
  ["one as HTML writes it", ["<a&b'c\"é"], "x=&lt;a&amp;b&#39;c&quot;&#XE9;;", "x=***;"],
  ["one as Python writes it", ["p'ä😀x"], "b'p\\'\\xc3\\xa4😀x'", "b'***'"],
  [
    "one as HTML with JSON in a url has it",
    ['a"b&c'],
    "?%26quot;a%5c%5c%22b%26amp%3Bc",
    "?%26quot;***",
  ],
  ["one that has escapes of all kinds", ["a%41\\u0041&amp;z"], "a%41\\u0041&amp;amp;z", "***"],
  [
    "one with a backslash as a url has it",
    ["a\\b/c"],
    new URL("http://h/a\\b/c").href,
    "http://h/***",
  ],
  [
    "none in a number that is no character",
    ["s3cret"],
    "&#1114112;s3cret&#x110000;",
    "&#1114112;***&#x110000;",
  ],
  [
    "none of what an escape breaks",
    ["s3cret"],
    "s3%cret \\u12 &#; s3&cret",
    "s3%cret \\u12 &#; s3&cret",
  ],
  ["one as JSON writes it", ['a"b\n'], JSON.stringify({ t: 'a"b\n' }), '{"t":"***"}'],
];

for (const [what, secrets, text, redacted] of CASES) {
  Deno.test(`redactor() replaces ${what}`, () => strictEqual(redactor(secrets)(text), redacted));
}

Deno.test("redactor() leaves no secret, whatever the text and the secrets", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: SECRET_LENGTH_MIN });
  fc.assert(fc.property(fc.array(word, { minLength: 1 }), fc.string(), (secrets, rest) => {
    const redacted = redactor(secrets)(`${rest}${secrets.join("")}${rest}${secrets.join("b")}`);
    for (const secret of secrets) ok(!redacted.includes(secret));
  }));
});

Deno.test("redactor() takes time by the text, not by the number of secrets", () => {
  const secrets = Array.from({ length: 20_000 }, (_, index) => `s${index}-${"x".repeat(20)}`);
  const redact = redactor(secrets);
  const text = "A site that is as it should be, and says so. ".repeat(20);
  const computedMs = cpuMsOf(() => {
    for (let times = 0; times < 1_000; times++) redact(text);
  });
  // Some 100 µs for each; with one search for each secret it would be half a minute.
  ok(computedMs < 5_000, `${computedMs} ms`);
  strictEqual(redact(text), text);
});
