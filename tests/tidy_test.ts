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
const ARCHITECTURE = readText("docs/architecture.md");
const PROJECT = JSON.parse(readText("deno.json"));

/** Files that no test of their folder loads. */
const UNTESTED = [
  // Threads of the processes that tests/integration/ and tests/browser/ run.
  ...SOURCES.map(({ path }) => path).filter((path) => structure.WORKER_ENTRY.test(path)),
  // Commands and daemons that tests/integration/ and tests/compile/ run as processes.
  "src/cli/compile.ts",
  "src/runtime/service/reloader.ts",
  "src/runtime/service/service.ts",
  // What tests/integration/doctor_test.ts drives through the command, at real servers.
  "src/kafka/examine_kafka.ts",
  "src/kafka/registry/examine_registry.ts",
  "src/runtime/finding.ts",
  // The threads of tests/testdata/threads/ use it, which supervisor_test.ts starts.
  "src/runtime/threads/thread.ts",
];

function holds(rule: string, breaches: readonly string[]): void {
  Deno.test(`tidy: ${rule}`, () => {
    strictEqual(breaches.length, 0, `\n${breaches.join("\n")}`);
  });
}

function documents(): { path: string; text: string }[] {
  const names = [...Deno.readDirSync(ROOT)].map(({ name }) => name);
  return [...names, ...filesBelow(ROOT, "docs")].filter((path) => path.endsWith(".md"))
    .map((path) => ({ path, text: readText(path) }));
}

const { importTable, folderTable } = structure;
holds("imports point one way", structure.wrongDirections(SOURCES, importTable(ARCHITECTURE)));
holds(
  "imports point one way inside a room",
  structure.wrongDirectionsInside(SOURCES, folderTable(ARCHITECTURE)),
);
holds("imports have no circles", structure.importCircles([...SOURCES, ...TESTS]));
holds("folders are small", structure.crowdedFolders([...SOURCES, ...TESTS]));
holds("one library has one place", structure.misplacedLibraries(SOURCES));
holds(
  "every library is used",
  structure.unusedLibraries(Object.keys(PROJECT.imports), [...SOURCES, ...TESTS]),
);
holds("each thread loads the libraries that it needs", structure.wrongEntryLibraries(SOURCES));
holds("threads may read what they load later", structure.lateModules(SOURCES));
holds("nothing that the main thread loads connects", structure.connectingInMain(SOURCES));
holds("files are named after what they export", form.misnamedFiles([...SOURCES, ...TESTS]));
holds("files are short", form.longFiles(SOURCES));
holds("functions are short", form.longFunctions(SOURCES));
holds("files say what they are", form.wrongModuleDocs(SOURCES));
holds("modules keep no state", form.moduleState(SOURCES));
holds("ignores have reasons", form.ignoresWithoutReason([...SOURCES, ...TESTS]));
holds("regular expressions take linear time", form.slowExpressions(SOURCES));
holds("no work is left over", form.leftOvers(SOURCES));
holds(
  "tests wait for events",
  form.sleepingTests(TESTS, [
    "tests/support/waiting.ts",
    // The least code that does the same work has a pace of its own.
    "tests/bench/floors/",
    // Threads that throw from a timer, or block.
    "tests/testdata/threads/failing.ts",
    "tests/testdata/threads/moody.ts",
  ]),
);
holds("tests fail by no chance", form.chanceTests(TESTS, "tests/support/random_runs.ts"));
holds("every source is tested", structure.untestedFiles(SOURCES, TESTS, UNTESTED));
holds("documents break no code across lines", form.brokenCode(documents()));
holds(
  "documents name tasks that exist",
  form.unknownNames(documents(), form.NAMED_TASKS, (task) => task in PROJECT.tasks),
);
holds(
  "documents name files that exist",
  form.unknownNames(documents(), form.NAMED_PATHS, isThere),
);
holds(
  "docs/guarantees.md names tests that exist",
  form.unknownTests(readText("docs/guarantees.md"), (path) => {
    const file = new URL(path, new URL("docs/", ROOT)).href.slice(ROOT.href.length);
    return isThere(file) ? readText(file) : undefined;
  }),
);
