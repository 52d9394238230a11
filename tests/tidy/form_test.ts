import { deepStrictEqual } from "node:assert/strict";
import * as form from "./form.ts";
import { sourceOf } from "./source.ts";

function source(text: string, path = "src/scanner/a.ts") {
  return [sourceOf(path, text)];
}

Deno.test("misnamedFiles() names a file, when its name says nothing or is not in snake_case", () => {
  const paths = ["src/a/back_off.ts", "src/a/utils.ts", "src/a/backOff.ts"];
  deepStrictEqual(form.misnamedFiles(paths.flatMap((path) => source("", path))), [
    'src/a/utils.ts must be named after the one thing it exports: "utils.ts" says nothing',
    "src/a/backOff.ts must be named in snake_case",
  ]);
});

Deno.test("misnamedFiles() names a file, when it has no word in common with what it exports", () => {
  const files: [path: string, text: string][] = [
    ["src/a/http_server.ts", "export class HTTPServer {}"],
    ["src/a/connections.ts", "export const connect = 1;"],
    ["src/a/no_exports.ts", ""],
    [
      "src/a/time_units.ts",
      "/** Units of time. */ export const DAY_MS = 1; export const HOUR_MS = 2;",
    ],
    ["src/a/clock.ts", "/** Units. */ export const MINUTE_MS = 1; export function wait() {}"],
  ];
  deepStrictEqual(form.misnamedFiles(files.flatMap(([path, text]) => source(text, path))), [
    "src/a/clock.ts must be named after what it exports: MINUTE_MS, wait",
  ]);
});

Deno.test("longFiles() and longFunctions() allow as many lines as there may be, and no more", () => {
  const file = (lines: number) => source("//\n".repeat(lines));
  deepStrictEqual(form.longFiles(file(form.FILE_LINES_MAX)), []);
  deepStrictEqual(form.longFiles(file(form.FILE_LINES_MAX + 1)), [
    "src/scanner/a.ts must have at most 400 lines: it has 401",
  ]);
  const body = (lines: number) => source(`\nfunction f() {${"\n".repeat(lines - 1)}}`);
  deepStrictEqual(form.longFunctions(body(form.FUNCTION_LINES_MAX)), []);
  deepStrictEqual(form.longFunctions(body(form.FUNCTION_LINES_MAX + 1)), [
    "src/scanner/a.ts:2 must have at most 70 lines in a function: it has 71",
  ]);
});

Deno.test("wrongModuleDocs() wants a few lines at the top of a file", () => {
  const doc = (lines: number) => source(`/**\n${" * words\n".repeat(lines)} *\n * @see there\n */`);
  deepStrictEqual(form.wrongModuleDocs([...source("/** A clock. */"), ...doc(5)]), []);
  deepStrictEqual(form.wrongModuleDocs([...source("// A clock."), ...doc(6)]), [
    "src/scanner/a.ts must begin with a comment on what it is",
    "src/scanner/a.ts must say what it is in at most 5 lines: 6",
  ]);
});

Deno.test("moduleState() names a variable outside of functions", () => {
  deepStrictEqual(form.moduleState(source("const a = 1;\nlet b = 2;")), [
    "src/scanner/a.ts:2 must not keep state in a module: it declares a variable",
  ]);
});

Deno.test("ignoresWithoutReason() names an ignore, when nothing says why", () => {
  // In two parts, since this file is held to the same rule.
  const lint = "//" + " deno-lint-ignore no-explicit-any";
  deepStrictEqual(form.ignoresWithoutReason(source(`${lint} -- JSON may be anything`)), []);
  deepStrictEqual(form.ignoresWithoutReason(source(lint)), [
    `src/scanner/a.ts must give a reason for each ignore: "${lint}"`,
  ]);
});

Deno.test("leftOvers() names a line with work for later", () => {
  deepStrictEqual(form.leftOvers(source("\n// TODO: more")), [
    "src/scanner/a.ts:2 must not leave work over: // TODO: more",
  ]);
});

Deno.test("slowExpressions() names those that take quadratic time or worse", () => {
  const text = String.raw`
    /^\s*([^=]*?)\s*=\s*(.*?)\s*$/;
    /charset\s*=\s*"?\s*([^\s";,]+)/i;
    /charset\s*=\s*(?:"\s*)?([^\s";,]+)/i;
    /\s+$/;
    /(?<!\s)\s+$/;
    /^(?:\/[\w.~-]+)*\/?$/;`;
  const lines = form.slowExpressions(source(text)).map((breach) => /\d+/.exec(breach)![0]);
  deepStrictEqual(lines, ["2", "3", "5"]);
});

Deno.test("sleepingTests() names a timer in a test, and a pause outside of what has a pace", () => {
  const text = "setTimeout(f, 9); await pause(9);";
  const paths = ["tests/web/a_test.ts", "tests/web/slow_server.ts", "tests/bench/window.ts"];
  const tests = paths.flatMap((path) => source(text, path));
  const advice = "wait for an event with eventually() or within()";
  deepStrictEqual(form.sleepingTests(tests, ["tests/bench/"]), [
    `tests/web/a_test.ts must not call setTimeout: ${advice}`,
    `tests/web/a_test.ts must not call pause: ${advice}`,
    `tests/web/slow_server.ts must not call setTimeout: ${advice}`,
  ]);
});

Deno.test("chanceTests() names a test that draws its cases itself", () => {
  const text = 'import fc from "fast-check";';
  const tests = ["tests/a_test.ts", "tests/support/place.ts"].flatMap((path) => source(text, path));
  deepStrictEqual(form.chanceTests(tests, "tests/support/place.ts"), [
    "tests/a_test.ts must not import fast-check: import it from tests/support/place.ts",
  ]);
});

Deno.test("unknownNames() names tasks and paths of a document that are gone", () => {
  const text = "deno task --quiet demo, `deno task ok`, `src/a.ts`, `tests/b` and `deno.json`";
  const unknown = (pattern: RegExp) =>
    form.unknownNames([{ path: "a.md", text }], pattern, (name) => /^(ok|src.a.ts)$/.test(name));
  deepStrictEqual([...unknown(form.NAMED_TASKS), ...unknown(form.NAMED_PATHS)], [
    "a.md must not name demo: there is none",
    "a.md must not name tests/b: there is none",
  ]);
});

Deno.test("brokenCode() finds code that goes on in the next line, but not in blocks", () => {
  const text = "`a b` and `a\nb` c\n\n```sh\necho `\n```\n\n    x `\n";
  deepStrictEqual(form.brokenCode([{ path: "a.md", text }]), [
    "a.md:1 must not break code across lines: `a b` and `a",
    "a.md:2 must not break code across lines: b` c",
  ]);
});

Deno.test("unknownTests() names a test that is gone, and a file that nothing names", () => {
  const text = "`take() works` [outbox], `take() fails` [outbox]\n\n[outbox]: o\n[relay]: r\n";
  const files: Record<string, string> = { o: 'Deno.test("take() works"', r: "" };
  deepStrictEqual(form.unknownTests(text, (path) => files[path]), [
    'there must be a test "take() fails" in [outbox]',
    "nothing names [relay]",
  ]);
});
