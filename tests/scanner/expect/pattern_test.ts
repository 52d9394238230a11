import { deepStrictEqual, match, ok, throws } from "node:assert/strict";
import { cpuMsOf } from "../../support/cpu_time.ts";
import {
  compilePattern,
  PATTERN_INSTRUCTIONS_MAX,
  PATTERN_LENGTH_MAX,
  PatternError,
  patternProblem,
} from "../../../src/scanner/expect/pattern.ts";

const MATCHES: [pattern: string, text: string, expected: boolean][] = [
  ["match", "anything?match", true],
  ["match", "anything", false],
  ["", "", true],
  ["^ok$", "ok", true],
  ["^ok$", "ok\nnot", false],
  ["(?i)ok", "OK", true],
  ["(?m)^ok$", "not\nok\n", true],
  ["(?s)a.b", "a\nb", true],
  ["(?P<word>o)k", "ok", true],
  ["(?<word>o)k", "ok", true],
  ["\\Aok\\Z", "ok", true],
  ["\\Aok\\Z", "not ok", false],
  ["\\\\Z", "\\Z", true],
  ["\\u00e9t\\u00e9", "été", true],
  ["\\p{Greek}", "λ", true],
  ["a{20}", "a".repeat(20), true],
  ["\\bok\\b", "is ok!", true],
  ["[\\]Z]", "Z", true],
];

for (const [source, text, expected] of MATCHES) {
  Deno.test(`compilePattern() finds ${expected} with /${source}/ in ${JSON.stringify(text)}`, () => {
    deepStrictEqual(compilePattern(source).test(text), expected);
  });
}

const REFUSED: [pattern: string, reason: RegExp][] = [
  ["(?=a)b", /ahead or behind/],
  ["(?!a)b", /ahead or behind/],
  ["(?<=a)b", /ahead or behind/],
  ["(?<!a)b", /ahead or behind/],
  ["(a)\\1", /refers back/],
  ["(?P<n>a)(?P=n)", /refers back/],
  ["(", /missing/],
  ["a{2000}", /repeat/],
  ["(?x)a", /Perl syntax/],
  ["((a{30}){30}){30}", /repeat/],
];

for (const [source, reason] of REFUSED) {
  Deno.test(`patternProblem() says why, when given /${source}/`, () => {
    match(patternProblem(source)!, reason);
    throws(() => compilePattern(source), PatternError);
  });
}

Deno.test("patternProblem() is silent, when the pattern can run", () => {
  deepStrictEqual(patternProblem("(?i)operational"), undefined);
});

Deno.test("compilePattern() refuses a pattern, when it is longer than the bound", () => {
  deepStrictEqual(
    patternProblem("a|".repeat(PATTERN_LENGTH_MAX / 2) + "b")?.includes("over"),
    true,
  );
  deepStrictEqual(patternProblem("a".repeat(PATTERN_INSTRUCTIONS_MAX - 10)), undefined);
});

Deno.test("compilePattern() refuses a pattern, when it compiles to more than the bound", () => {
  match(patternProblem("a".repeat(PATTERN_INSTRUCTIONS_MAX + 10))!, /too large/);
});

// Each of these keeps a backtracking engine busy for minutes or for ever.
const RUNAWAYS: [pattern: string, text: string][] = [
  ["^(a+)+$", "a".repeat(1 << 17) + "b"],
  ["[ab]*[yz]", "ab".repeat(1 << 16)],
  ["(x+x+)+y", "x".repeat(1 << 17)],
  ["(?i)(a|aa)+$", "a".repeat(1 << 17) + "b"],
];

for (const [source, text] of RUNAWAYS) {
  Deno.test(`compilePattern() runs in linear time, when /${source}/ meets its worst text`, () => {
    const pattern = compilePattern(source);
    ok(cpuMsOf(() => pattern.test(text)) < 1_000);
    deepStrictEqual(pattern.test(text), false);
  });
}
