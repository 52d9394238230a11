// Holds the structure that docs/architecture.md describes, and the form of the code.
import { strictEqual } from "node:assert/strict";
import { exists } from "./services/programs.ts";
import * as form from "./tidy/form.ts";
import { filesBelow, sourcesBelow } from "./tidy/source.ts";
import * as structure from "./tidy/structure.ts";

const ROOT = new URL("../", import.meta.url);
const readText = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));
const isThere = (path: string) => exists(new URL(path, ROOT));
const SOURCES = sourcesBelow(ROOT, "src");
const TESTS = sourcesBelow(ROOT, "tests");
const PROJECT = JSON.parse(readText("deno.json"));

/** Files that no test of their folder loads, and what drives them instead. */
const UNTESTED: Readonly<Record<string, string>> = {
  ...because("tests/integration/ or tests/compile/ runs the command as a process", [
    "src/cli/compile.ts",
    "src/cli/text/terminal.ts",
    "src/runtime/service/reloader.ts",
    "src/runtime/service/service.ts",
  ]),
  ...because("tests/integration/ runs a process of which it is a thread", [
    "src/threads/check/check_thread.ts",
    "src/threads/consumer/consumer_thread.ts",
    "src/threads/doctor/doctor_thread.ts",
    "src/threads/explanations/explanations_thread.ts",
    "src/threads/drain/drain_thread.ts",
    "src/threads/notify/notify_thread.ts",
    "src/threads/outbox/outbox_thread.ts",
    "src/threads/relay/relay_thread.ts",
    "src/threads/scanner/scanner_thread.ts",
    "src/threads/store/store_thread.ts",
    "src/threads/store_task/store_task_thread.ts",
  ]),
  ...because("tests/browser/ runs the process of which it is a thread", [
    "src/threads/web/web_thread.ts",
  ]),
  ...because("tests/integration/doctor_test.ts drives it through the command, at real servers", [
    "src/kafka/examine_kafka.ts",
    "src/runtime/finding.ts",
    "src/runtime/finding.ts",
    "src/status/postgres/examine_postgres.ts",
  ]),
  ...because("tests/browser/ runs the process of which it is a thread", [
    "src/threads/web/web_thread.ts",
  ]),
  ...because("the threads of tests/testdata/threads/ use it, which supervisor_test.ts starts", [
    "src/runtime/threads/thread.ts",
  ]),
};

function because(reason: string, paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, reason]));
}

function holds(rule: string, breaches: readonly string[]): void {
  Deno.test(`tidy: ${rule}`, () => {
    strictEqual(breaches.length, 0, `\n${breaches.join("\n")}`);
  });
}

function documents(): { path: string; text: string }[] {
  const paths = [
    ...[...Deno.readDirSync(ROOT)].map(({ name }) => name),
    ...filesBelow(ROOT, "docs"),
  ];
  return paths
    .filter((path) => path.endsWith(".md"))
    .map((path) => ({ path, text: readText(path) }));
}

holds(
  "imports point one way",
  structure.wrongDirections(SOURCES, structure.importTable(readText("docs/architecture.md"))),
);
holds(
  "imports point one way inside a room",
  structure.wrongDirectionsInside(
    SOURCES,
    structure.folderTable(readText("docs/architecture.md")),
  ),
);
holds("imports have no circles", structure.importCircles([...SOURCES, ...TESTS]));
holds("folders are small", structure.crowdedFolders([...SOURCES, ...TESTS]));
holds("one library has one place", structure.misplacedLibraries(SOURCES));
holds(
  "every library is used",
  structure.unusedLibraries(Object.keys(PROJECT.imports), [...SOURCES, ...TESTS]),
);
holds("nothing that the main thread loads connects", structure.connectingInMain(SOURCES));
holds("files are named after what they export", form.misnamedFiles([...SOURCES, ...TESTS]));
holds("files are short", form.longFiles(SOURCES));
holds("functions are short", form.longFunctions(SOURCES));
holds("files say what they are", form.wrongModuleDocs(SOURCES));
holds("modules keep no state", form.moduleState(SOURCES));
holds("ignores have reasons", form.ignoresWithoutReason([...SOURCES, ...TESTS]));
holds("no work is left over", form.leftOvers(SOURCES));
holds(
  "tests wait for events",
  form.sleepingTests(TESTS, [
    "tests/support/waiting.ts",
    // The least code that does the same work has a pace of its own.
    "tests/bench/floors/",
    // A thread that throws from a timer, and one that blocks.
    "tests/testdata/threads/moody.ts",
  ]),
);
holds("every source is tested", structure.untestedFiles(SOURCES, TESTS, UNTESTED));
holds(
  "documents name tasks that exist",
  form.unknownTasks(documents(), Object.keys(PROJECT.tasks)),
);
holds("documents name files that exist", form.unknownPaths(documents(), isThere));
holds(
  "docs/guarantees.md names tests that exist",
  form.unknownTests(readText("docs/guarantees.md"), (path) => {
    const file = new URL(path, new URL("docs/", ROOT)).href.slice(ROOT.href.length);
    return isThere(file) ? readText(file) : undefined;
  }),
);
