import { deepStrictEqual, ok } from "node:assert/strict";
import { cpuMsOf } from "../../support/cpu_time.ts";
import {
  compileJsonPath,
  JSON_VALUES_MAX,
  jsonPathProblem,
} from "../../../src/scanner/expect/json_path.ts";

/** Of RFC 9535, section 1.5. */
const STORE = {
  store: {
    book: [
      { category: "reference", author: "Nigel Rees", price: 8.95 },
      { category: "fiction", author: "Evelyn Waugh", price: 12.99 },
      { category: "fiction", author: "Herman Melville", isbn: "0-553-21311-3", price: 8.99 },
    ],
    bicycle: { color: "red", price: 399 },
  },
};

/** @see https://www.rfc-editor.org/rfc/rfc9535#section-1.5 */
const PATHS: [path: string, values: unknown[]][] = [
  ["$.store.book[*].author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville"]],
  ["$..author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville"]],
  ["$.store..price", [399, 8.95, 12.99, 8.99]],
  ["$..book[2].author", ["Herman Melville"]],
  ["$..book[2].publisher", []],
  ["$..book[-1].isbn", ["0-553-21311-3"]],
  ["$..book[:2].price", [8.95, 12.99]],
  ["$..book[?@.isbn].price", [8.99]],
  ["$..book[?@.price<9].price", [8.95, 8.99]],
  ["$['store']['bicycle']['color']", ["red"]],
  ["$.store.book[?search(@.author, 'M.l')].price", [8.99]],
  ["$.store.book[?match(@.author, 'M.l')].price", []],
  ["$.store.book[?match(@.author, 'N.*|E.*')].price", [8.95, 12.99]],
  ["$.store.book[?length(@.author) > 12].price", [8.99]],
  ["$.store[?count(@.*) == 2].color", ["red"]],
];

for (const [path, values] of PATHS) {
  Deno.test(`compileJsonPath() finds ${JSON.stringify(values)}, when asked for ${path}`, () => {
    const found = Array.from(compileJsonPath(path).nodesIn(STORE), ({ value }) => value);
    deepStrictEqual(found.toSorted(), values.toSorted());
  });
}

const REFUSED: [path: string, reason: string][] = [
  ["status", "expected '$', found 's'"],
  ["$.a[", "unclosed bracketed selection"],
  ["$[?nope(@.a)]", "no such function 'nope'"],
  ["$..a..b", 'it has ".." more than once, which takes unbounded time'],
  ["$..[?@..b]", 'it has ".." more than once, which takes unbounded time'],
  ["$[?@.a == $.b]", "it looks from the root within a filter, which takes unbounded time"],
  ["$[?search(@.a, @.b)]", "the pattern of search() must be a text, not a path"],
  ["$[?match(@.a, '(a')]", "missing closing ): `(a`"],
];

for (const [path, reason] of REFUSED) {
  Deno.test(`jsonPathProblem() says why, when given ${path}`, () => {
    deepStrictEqual(jsonPathProblem(path), reason);
  });
}

Deno.test("jsonPathProblem() takes dots and dollars within names", () => {
  deepStrictEqual(jsonPathProblem("$['a..b']['$..c'].d"), undefined);
});

Deno.test("compileJsonPath() reads no more than its bound of values", () => {
  const values = (count: number) =>
    Array.from(compileJsonPath("$[*]").nodesIn(Array(count).fill(1)));
  deepStrictEqual(values(JSON_VALUES_MAX).length, JSON_VALUES_MAX);
  let message = "";
  try {
    values(JSON_VALUES_MAX + 1);
  } catch (error) {
    message = (error as Error).message;
  }
  deepStrictEqual(message, "there are more than 100000 values");
});

Deno.test("compileJsonPath() takes time in proportion to a body of a MiB, whatever it holds", () => {
  const chain = (inner: string) => JSON.parse("[".repeat(45) + inner + "]".repeat(45));
  const documents = [chain(`[${"1,".repeat(250_000)}1]`), Array(150_000).fill({ a: "x" })];
  for (const document of documents) {
    for (const path of ["$..[?count(@[*]) > 9]", "$..[?search(@.a, 'y')]", "$[?count(@..*) < 0]"]) {
      // What is too deep for it is refused.
      const computedMs = cpuMsOf(() => [...compileJsonPath(path).nodesIn(document)].length);
      // A quadratic one would take hours.
      ok(computedMs < 30_000, `${path}: ${computedMs} ms`);
    }
  }
});

Deno.test("compileJsonPath() works in a thread without permissions", async () => {
  const worker = new Worker(new URL("./json_path_worker.ts", import.meta.url), {
    type: "module",
    deno: { permissions: "none" },
  });
  const answer = Promise.withResolvers<MessageEvent>();
  worker.onmessage = answer.resolve;
  worker.onerror = (event) => answer.reject(event.message);
  worker.postMessage({ path: "$.a[?search(@.b, 'x')].c", document: { a: [{ b: "xy", c: 7 }] } });
  const { data } = await answer.promise;
  worker.terminate();
  deepStrictEqual(data, [7]);
});
