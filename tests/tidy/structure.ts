/** The rules of who may import what; each returns one sentence for each import that breaks it. */
import type { Import, Source } from "./source.ts";

const BOTTOM = ["config", "report", "runtime"];
const FEATURES = ["kafka", "outbox", "scanner", "status", "web"];
/** The outside of a feature: what others may know of it. */
const PORTS = ["src/outbox/publisher.ts", "src/status/store.ts"];

/** Where each library may be imported. A library that is not here has no place yet. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "@logtape/logtape": ["src/runtime/"],
  "avsc": ["src/report/"],
  "commander": ["src/cli/"],
  "http-parser-js": ["src/scanner/"],
  "ipaddr.js": ["src/scanner/"],
  "kafkajs": ["src/kafka/"],
  "leven": ["src/config/"],
  "node:sqlite": ["src/outbox/", "src/status/sqlite/"],
  "pg": ["src/status/postgres/"],
  "prom-client": ["src/runtime/"],
  "re2js": ["src/scanner/"],
  "uuid": ["src/report/"],
  "yaml": ["src/config/"],
  "zod": ["src/config/"],
};

/** Modules of Node that open connections; whoever imports one is able to. */
const CONNECTING_MODULES = [
  "http-parser-js",
  "kafkajs",
  "pg",
  "node:dgram",
  "node:dns",
  "node:dns/promises",
  "node:http",
  "node:http2",
  "node:https",
  "node:net",
  "node:tls",
];
const CONNECTING_CALLS = [
  "Deno.connect",
  "Deno.connectTls",
  "Deno.createHttpClient",
  "Deno.resolveDns",
  "Deno.startTls",
  "EventSource",
  "WebSocket",
  "fetch",
];

/** `main → cli, threads → features → report, config, runtime`; only cli/ and threads/ join features. */
export function wrongDirections(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, kind }) => target.startsWith("src/") && !mayImport(path, target, kind))
      .map(({ target }) =>
        `${path} must not import ${target}: imports point from main to cli, threads, features, ` +
        `and then to ${BOTTOM.join(", ")}`
      )
  );
}

function mayImport(path: string, target: string, kind: string): boolean {
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === to || PORTS.includes(target)) return !BOTTOM.includes(from) || from === to;
  if (from === "main.ts") return to === "cli" || kind === "type";
  if (from === "cli") return to === "threads" ? kind === "type" : to !== "main.ts";
  if (from === "threads") return FEATURES.includes(to) || BOTTOM.includes(to);
  if (FEATURES.includes(from)) return BOTTOM.includes(to);
  return BOTTOM.includes(from) && BOTTOM.includes(to);
}

function roomOf(path: string): string {
  return path.split("/")[1]!;
}

/** Folders of the bottom may know each other, but not in a circle. */
export function circles(sources: readonly Source[]): string[] {
  const knows = (from: string, to: string) =>
    sources.some(({ path, imports }) =>
      roomOf(path) === from && imports.some(({ target }) => target.startsWith(`src/${to}/`))
    );
  return BOTTOM.flatMap((from, index) =>
    BOTTOM.slice(index + 1)
      .filter((to) => knows(from, to) && knows(to, from))
      .map((to) => `src/${from} and src/${to} must not import each other: they do`)
  );
}

/** One library, one place. */
export function misplacedLibraries(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter(needsPlace).flatMap(({ target }) => {
      const places = LIBRARIES[target];
      if (!places) {
        return [`${path} must not import ${target}: give it a place in structure.ts first`];
      }
      if (places.some((place) => path.startsWith(place))) return [];
      return [`${path} must not import ${target}: its place is ${places.join(", ")}`];
    })
  );
}

/** Node's modules are the platform, but for those that have a place. */
function needsPlace({ target, isLibrary }: Import): boolean {
  return isLibrary && (target in LIBRARIES || !target.startsWith("node:"));
}

/** Libraries that deno.json names and nothing imports. */
export function unusedLibraries(names: readonly string[], sources: readonly Source[]): string[] {
  const used = new Set(sources.flatMap(({ imports }) => imports.map(({ target }) => target)));
  return names
    .filter((name) => !used.has(name) && !used.has(name.replace("@types/", "")))
    .map((name) => `deno.json must not name ${name}: nothing imports it`);
}

/** The main thread supervises; what it loads, now or later, must not be able to connect. */
export function connectingInMain(sources: readonly Source[]): string[] {
  return loadedFrom("src/main.ts", sources).flatMap(({ path, imports, calls }) => {
    const modules = imports.filter(({ kind, target }) =>
      kind !== "type" && CONNECTING_MODULES.includes(target)
    );
    const able = [
      ...modules.map(({ target }) => `import ${target}`),
      ...CONNECTING_CALLS.filter((call) => calls.has(call)).map((call) => `call ${call}`),
    ];
    return able.map((what) =>
      `${path} must not ${what}: the main thread loads it, and only Workers open connections`
    );
  });
}

/** What a module loads, itself among it; a Worker's entry is a URL there, and no import. */
export function loadedFrom(entry: string, sources: readonly Source[]): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const loaded = new Set<Source>();
  const load = (path: string) => {
    const source = byPath.get(path);
    if (!source || loaded.has(source)) return;
    loaded.add(source);
    for (const { kind, target } of source.imports) if (kind !== "type") load(target);
  };
  load(entry);
  return [...loaded];
}

/**
 * Each source that does something has a test at the same path, or a test of its folder loads it
 * together with what it is a part of. What is driven in another way has a reason; a reason that
 * excuses nothing is a mistake too.
 */
export function untestedFiles(
  sources: readonly Source[],
  tests: readonly Source[],
  reasons: Readonly<Record<string, string>>,
): string[] {
  const driven = drivenByItsFolder(sources, tests);
  const untested = sources
    .filter(({ functions }) => functions.length > 0)
    .map(({ path }) => path)
    .filter((path) => !driven.has(path));
  const excused = Object.keys(reasons);
  return [
    ...untested.filter((path) => !excused.includes(path)).map((path) =>
      `${path} must be driven by a test of ${path.replace(/^src(.*)\/.*/, "tests$1/")}, ` +
      `or have a reason why not in tests/tidy_test.ts`
    ),
    ...excused.filter((path) => !untested.includes(path)).map((path) =>
      `tests/tidy_test.ts must not excuse ${path}: it is tested, or is gone`
    ),
  ];
}

function drivenByItsFolder(sources: readonly Source[], tests: readonly Source[]): Set<string> {
  const all = [...sources, ...tests];
  const pairs = tests.filter(({ path }) => path.endsWith("_test.ts")).flatMap((test) =>
    loadedFrom(test.path, all).map(({ path }) => ({ test: roomOf(test.path), path }))
  );
  return new Set(pairs.filter(({ test, path }) => test === roomOf(path)).map(({ path }) => path));
}
