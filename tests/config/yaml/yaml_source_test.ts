import { deepStrictEqual, strictEqual } from "node:assert/strict";
import process from "node:process";
import type { Mistake } from "../../../src/config/config_error.ts";
import { pathKey, YamlSource } from "../../../src/config/yaml/yaml_source.ts";

function open(text: string, mistakes: Mistake[] = []): YamlSource {
  return new YamlSource(text, {
    file: "a.yaml",
    mistakes,
    isUrl: () => false,
    references: { env: (name) => name, file: () => ({ failure: "no such file" }) },
  });
}

function at(line: number, column: number) {
  return { file: "a.yaml", line, column };
}

Deno.test("YamlSource gives places of values and keys, and for absent ones that of their mapping", () => {
  const source = open("a: 1\nb:\n  - c: x\n    d: [1, {e: 2}]\n");
  deepStrictEqual(source.value, { a: 1, b: [{ c: "x", d: [1, { e: 2 }] }] });
  deepStrictEqual(source.place(["a"]), at(1, 4));
  deepStrictEqual(source.place(["b", 0, "d", 1, "e"]), at(4, 16));
  deepStrictEqual(source.keyPlace(["b", 0, "d", 1, "e"]), at(4, 13));
  deepStrictEqual(source.place(["b", 0, "absent"]), at(3, 5));
  deepStrictEqual(source.keyPlace(["absent"]), at(1, 1));
  deepStrictEqual(source.place([]), at(1, 1));
});

Deno.test("YamlSource resolves an alias to the last anchor before it", () => {
  const source = open("a: &x {k: 1}\nb: *x\nc: &x {k: 2}\nd: *x\n");
  deepStrictEqual(source.value, { a: { k: 1 }, b: { k: 1 }, c: { k: 2 }, d: { k: 2 } });
  deepStrictEqual(source.place(["d", "k"]), at(3, 11));
});

Deno.test("YamlSource merges mappings as YAML 1.1 does, and gives places where they are written", () => {
  const cases: [string, unknown][] = [
    ["a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", { l: 3, k: 1 }],
    ["a: &x {k: 1}\nc: &y {<<: *x, k: 2, m: 4}\nb: {<<: [*y, *x]}", { k: 2, m: 4 }],
    ["a: &x {k: }\nb: {<<: *x}", { k: null }],
    ["b: {<<: {k: '${NAME}'}}", { k: "NAME" }],
    ["b: {'<<': 1}", { "<<": 1 }],
  ];
  for (const [text, merged] of cases) {
    const mistakes: Mistake[] = [];
    const { b } = open(text, mistakes).value as { b: unknown };
    deepStrictEqual([b, mistakes], [merged, []], text);
  }
  const source = open("a: &x {k: [1, '${NAME}']}\nb:\n  <<: *x\n");
  deepStrictEqual(source.place(["b", "k", 0]), at(1, 12));
  deepStrictEqual(source.keyPlace(["b", "k"]), at(1, 8));
  deepStrictEqual(source.secrets.get(pathKey(["b", "k", 1])), ["NAME"]);
});

Deno.test("YamlSource refuses to merge what is no other mapping", () => {
  const message = '"<<" merges mappings; write an alias of one, such as <<: *name';
  const cases: [string, Mistake][] = [
    ["b: {<<: 1}", { ...at(1, 5), message }],
    ["b: &b {<<: *b}", { ...at(1, 8), message }],
    ["a: &a {b: {<<: *a}}", { ...at(1, 11), message: "alias contains itself" }],
  ];
  for (const [text, mistake] of cases) {
    const mistakes: Mistake[] = [];
    open(text, mistakes);
    deepStrictEqual(mistakes, [mistake], text);
  }
});

Deno.test("YamlSource limits what merges copy, where the first one too many is", () => {
  const mistakes: Mistake[] = [];
  const keys = Array.from({ length: 400 }, (_, index) => `k${index}: 1`).join(", ");
  open(`a: &x {${keys}}\nb:\n${"  - {<<: *x}\n".repeat(251)}`, mistakes);
  const message = "aliases expand to more than 100000 values";
  deepStrictEqual(mistakes, [{ ...at(253, 6), message }]);
});

Deno.test("YamlSource replaces references in values, and keeps the original text", () => {
  const source = open("a: ['x-${NAME}']\nb: '${NAME:-c}'\n'${KEY}': 1\n");
  deepStrictEqual(source.value, { a: ["x-NAME"], b: "NAME", "${KEY}": 1 });
  strictEqual(source.raw.get(pathKey(["a", 0])), "x-${NAME}");
  deepStrictEqual(source.secrets.get(pathKey(["a", 0])), ["NAME"]);
});

Deno.test("YamlSource treats an empty file as an empty mapping, and skips a byte order mark", () => {
  deepStrictEqual(open("").value, {});
  deepStrictEqual(open("# nothing\n").value, {});
  deepStrictEqual(open("\ufeffa: 1").value, { a: 1 });
});

Deno.test("YamlSource never lets a key reach the prototype, and says so", () => {
  const mistakes: Mistake[] = [];
  const source = open("a: 1\n__proto__: {polluted: true}\n", mistakes);
  strictEqual((source.value as { polluted?: boolean }).polluted, undefined);
  deepStrictEqual(Object.keys(source.value as object), ["a"]);
  const message = 'reserved key "__proto__"; choose another name';
  deepStrictEqual(mistakes, [{ ...at(2, 1), message }]);
});

Deno.test("YamlSource.isDoubtful() is true near and after a syntax error, and not before", () => {
  const mistakes: Mistake[] = [];
  const source = open("a: 1\nb: 2\nc: [\nd: 3\n", mistakes);
  strictEqual(source.isBroken, true);
  strictEqual(source.isDoubtful(at(1, 1)), false);
  strictEqual(source.isDoubtful(at(4, 1)), true);
  strictEqual(open("a: 1\na: 2\n").isBroken, false);
});

Deno.test("YamlSource hides the environment from the parser, which would print passwords", () => {
  const { env } = process;
  const asked: PropertyKey[] = [];
  process.env = new Proxy(env, { get: (_, name) => void asked.push(name) });
  const watched = process.env;
  try {
    open("password: hunter2");
    strictEqual(process.env, watched);
  } finally {
    process.env = env;
  }
  deepStrictEqual(asked, []);
});
