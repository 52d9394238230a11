import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Source, sourceOf } from "./source.ts";
import {
  connectingInMain,
  crowdedFolders,
  FOLDER_FILES_MAX,
  folderTable,
  importCircles,
  importTable,
  lateModules,
  misplacedLibraries,
  untestedFiles,
  unusedLibraries,
  wrongDirections,
  wrongDirectionsInside,
  wrongEntryLibraries,
} from "./structure.ts";

/** Sources of one line each, such as `["src/a.ts", 'import "pg";']`. */
function sources(...files: readonly [path: string, text: string][]): Source[] {
  return files.map(([path, text]) => sourceOf(path, text));
}

const TABLE = importTable(
  Deno.readTextFileSync(new URL("../../docs/architecture.md", import.meta.url)),
);

const DIRECTIONS: readonly [from: string, to: string, isAllowed: boolean][] = [
  ["src/main.ts", "src/cli/program.ts", true],
  ["src/main.ts", "src/runtime/clock.ts", false],
  ["src/cli/run.ts", "src/scanner/scanner.ts", true],
  ["src/cli/run.ts", "src/main.ts", false],
  ["src/cli/run.ts", "src/threads/store/store_spec.ts", true],
  ["src/cli/run.ts", "src/threads/store/store_thread.ts", false],
  ["src/cli/run.ts", "src/kafka/kafka_publisher.ts", false],
  ["src/threads/store/store_spec.ts", "src/threads/store/store_thread.ts", false],
  ["src/threads/store/store_thread.ts", "src/status/sqlite/store.ts", true],
  ["src/threads/store/store_thread.ts", "src/cli/run.ts", false],
  ["src/scanner/scanner.ts", "src/config/site.ts", true],
  ["src/kafka/kafka_publisher.ts", "src/outbox/publisher.ts", true],
  ["src/kafka/kafka_publisher.ts", "src/outbox/relay.ts", false],
  ["src/kafka/kafka_consumer.ts", "src/status/ingest.ts", false],
  ["src/status/ingest.ts", "src/status/sqlite/store.ts", true],
  ["src/scanner/scanner.ts", "src/cli/terminal.ts", false],
  ["src/runtime/thread.ts", "src/report/report.ts", false],
  ["src/config/load.ts", "src/report/report.ts", true],
  ["src/new/room.ts", "src/report/report.ts", false],
  ["src/report/codec.ts", "src/scanner/scanner.ts", false],
  ["src/config/load.ts", "src/outbox/publisher.ts", false],
];

for (const [from, to, isAllowed] of DIRECTIONS) {
  Deno.test(`wrongDirections() ${isAllowed ? "allows" : "refuses"} ${to}, when ${from} imports it`, () => {
    const up = "../".repeat(from.split("/").length - 1);
    const breaches = wrongDirections(sources([from, `import "${up}${to}";`]), TABLE);
    strictEqual(breaches.length, isAllowed ? 0 : 1);
  });
}

Deno.test("wrongDirections() allows types of a Worker's entry and of Kafka, when a command imports them", () => {
  const command = sources([
    "src/cli/run.ts",
    'import type { A } from "../threads/a/a_thread.ts"; import type { B } from "../kafka/b.ts";',
  ]);
  deepStrictEqual(wrongDirections(command, TABLE), []);
});

Deno.test("misplacedLibraries() names a library, when it is not in its place or has none", () => {
  const files = sources(
    ["src/status/postgres/store.ts", 'import pg from "pg";'],
    ["src/status/ingest.ts", 'import type pg from "pg";'],
    ["src/kafka/relay.ts", 'import { DatabaseSync } from "node:sqlite";'],
    ["src/kafka/value.ts", 'import { Buffer } from "node:buffer";'],
    ["src/runtime/version.ts", 'import deno from "../../deno.json" with { type: "json" };'],
    ["src/cli/run.ts", 'import "left-pad";'],
  );
  deepStrictEqual(misplacedLibraries(files), [
    "src/status/ingest.ts must not import pg: its place is src/status/postgres/",
    "src/kafka/relay.ts must not import node:sqlite: its place is src/outbox/, src/status/sqlite/",
    "src/cli/run.ts must not import left-pad: give it a place in structure.ts first",
  ]);
});

Deno.test("lateModules() names a spec that says nothing of what its thread loads later", () => {
  const files = (spec: string) =>
    sources(
      ["src/threads/a/a_thread.ts", 'import "../b.ts"; import("kafkajs");'],
      ["src/threads/b.ts", 'const f = () => import("./c.ts");'],
      ["src/threads/a/a_spec.ts", spec],
    );
  deepStrictEqual(lateModules(files("const A = { loadsLater: true };")), []);
  deepStrictEqual(lateModules(files("const A = {};")), [
    "src/threads/a/a_spec.ts must have loadsLater: its thread loads src/threads/c.ts later",
  ]);
});

Deno.test("unusedLibraries() names a library, when nothing imports it", () => {
  const files = sources(["src/status/postgres/store.ts", 'import "pg"; import "hono/html";']);
  const names = ["pg", "@types/pg", "hono", "hono/html", "hono/jsx", "zod"];
  deepStrictEqual(unusedLibraries(names, files), [
    "deno.json must not name hono/jsx: nothing imports it",
    "deno.json must not name zod: nothing imports it",
  ]);
});

const MAIN: [string, string] = ["src/main.ts", 'import "./cli/program.ts";'];
const LATER: [string, string] = ["src/cli/program.ts", 'const f = () => import("./run.ts");'];

Deno.test("connectingInMain() finds what connects, when a command loads it later", () => {
  const files = sources(
    MAIN,
    LATER,
    ["src/cli/run.ts", 'import "../kafka/kafka_publisher.ts"; await Deno.connect({ port: 1 });'],
    ["src/kafka/kafka_publisher.ts", 'import { Kafka } from "kafkajs";'],
  );
  const why = "the main thread loads it, and only Workers open connections";
  deepStrictEqual(connectingInMain(files), [
    `src/cli/run.ts must not call Deno.connect: ${why}`,
    `src/kafka/kafka_publisher.ts must not import kafkajs: ${why}`,
  ]);
});

Deno.test("connectingInMain() finds nothing, when only a Worker connects", () => {
  const files = sources(
    MAIN,
    LATER,
    ["src/cli/run.ts", 'new Worker(new URL("../threads/relay.ts", import.meta.url));'],
    ["src/threads/relay.ts", 'import { Kafka } from "kafkajs"; await fetch("http://h");'],
  );
  deepStrictEqual(connectingInMain(files), []);
});

Deno.test("untestedFiles() wants a test of the same folder, or an excuse, and no excuse too many", () => {
  const does = "export function f() {}";
  const files = sources(
    ["src/outbox/relay.ts", `import "./ledger.ts"; ${does}`],
    ["src/outbox/ledger.ts", does],
    ["src/outbox/words.ts", "export const WORDS = 2;"],
    ["src/kafka/topic.ts", `import "../outbox/relay.ts"; ${does}`],
    ["src/cli/run.ts", does],
    ["src/cli/web.ts", does],
  );
  const tests = sources(
    ["tests/outbox/relay_test.ts", 'import "../../src/outbox/relay.ts";'],
    ["tests/outbox/all_test.ts", 'import "../../src/kafka/topic.ts";'],
  );
  const excused = ["src/cli/run.ts", "src/outbox/relay.ts"];
  deepStrictEqual(untestedFiles(files, tests, excused), [
    "src/kafka/topic.ts must be driven by a test of tests/kafka/, or be excused in tests/tidy_test.ts",
    "src/cli/web.ts must be driven by a test of tests/cli/, or be excused in tests/tidy_test.ts",
    "tests/tidy_test.ts must not excuse src/outbox/relay.ts: it is tested, or is gone",
  ]);
});

Deno.test("importCircles() names files that import each other, types among it, and no others", () => {
  const files = sources(
    ["src/a/top.ts", 'import "./one.ts";'],
    ["src/a/one.ts", 'import type { T } from "./two.ts"; import "./leaf.ts";'],
    ["src/a/two.ts", 'import { one } from "./one.ts";'],
    ["src/a/leaf.ts", "export const leaf = 1;"],
  );
  deepStrictEqual(importCircles(files), [
    "src/a/one.ts must not import src/a/two.ts: they import each other",
    "src/a/two.ts must not import src/a/one.ts: they import each other",
  ]);
  deepStrictEqual(importCircles(files.filter(({ path }) => !path.includes("two"))), []);
});

Deno.test("wrongEntryLibraries() knows what is loaded at the start, and what is not", () => {
  const files = sources(
    ["src/main.ts", 'import "./a.ts"; import type { T } from "typed"; import "node:path";'],
    ["src/a.ts", 'import "lib/part"; import "@scope/lib"; const f = () => import("./b.ts");'],
    ["src/b.ts", 'import "later";'],
  );
  deepStrictEqual(wrongEntryLibraries(files, { "src/main.ts": ["lib", "@scope/lib"] }), []);
  deepStrictEqual(wrongEntryLibraries(files, { "src/main.ts": ["lib", "later"] }), [
    "src/main.ts must not load @scope/lib at its start: ENTRY_LIBRARIES does not name it",
    "ENTRY_LIBRARIES must not name later for src/main.ts: it is not loaded",
  ]);
});

Deno.test("crowdedFolders() names a folder with more files than there may be", () => {
  const files = (count: number) =>
    sources(
      ...Array.from({ length: count }, (_, n): [string, string] => [`src/a/file_${n}.ts`, ""]),
    );
  deepStrictEqual(crowdedFolders(files(FOLDER_FILES_MAX)), []);
  deepStrictEqual(crowdedFolders(files(FOLDER_FILES_MAX + 1)), [
    "src/a must have at most 20 files: it has 21",
  ]);
});

Deno.test("wrongDirectionsInside() allows what the table names for a subfolder of a room", () => {
  const table = folderTable(
    "| `a/low/`  | words | nothing           |\n| `a/high/` | words | `a/`, `a/low/` |",
  );
  const files = sources(
    ["src/a/high/x.ts", 'import "../low/y.ts"; import "../root.ts"; import "../../b/far/z.ts";'],
    ["src/a/root.ts", 'import "./high/x.ts";'],
    ["src/a/low/y.ts", 'import "../high/x.ts";'],
    ["src/a/new/n.ts", ""],
  );
  deepStrictEqual(wrongDirectionsInside(files, table), [
    "src/a/low/y.ts must not import src/a/high/x.ts: docs/architecture.md names nothing for a/low",
    "src/a/new/n.ts must lie in a folder of docs/architecture.md",
  ]);
});
