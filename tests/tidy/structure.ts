/** The rules of the structure: who may import what; each returns one sentence for each import that breaks it. */
import type { Import, Source } from "./source.ts";

/** The outside of a feature: what others may know of it. */
const PORTS = [
  "src/outbox/publisher.ts",
  "src/status/queries.ts",
  "src/status/alert_store.ts",
  "src/status/divide_rows.ts",
  "src/status/planned_work.ts",
  "src/status/whole_incidents.ts",
  "src/status/whole_sites.ts",
  "src/status/store.ts",
  "src/status/uptime.ts",
];

/** Serves main's messages as soon as it is loaded: only a Worker may load it, others know its types. */
export const WORKER_ENTRY = /^src\/threads\/\w+\/\w+_thread\.ts$/;

/** Where each library may be imported. A library that is not here has no place yet. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "@bomb.sh/tab": ["src/cli/"],
  "@bomb.sh/tab/commander": ["src/cli/"],
  "@logtape/logtape": ["src/runtime/"],
  "@opentelemetry/api": ["src/runtime/"],
  "avsc": ["src/report/"],
  "commander": ["src/cli/"],
  "hono": ["src/web/"],
  "http-parser-js": ["src/scanner/"],
  "json-p3": ["src/scanner/"],
  "ipaddr.js": ["src/scanner/"],
  "kafkajs": ["src/kafka/client/"],
  "leven": ["src/config/"],
  "nodemailer": ["src/alerts/"],
  "node:sqlite": ["src/outbox/", "src/status/sqlite/"],
  "pg": ["src/status/postgres/"],
  "prom-client": ["src/runtime/"],
  "re2js": ["src/scanner/"],
  "uplot": ["src/web/"],
  "uuid": ["src/alerts/", "src/report/"],
  "yaml": ["src/config/"],
  // In web/ it describes the API: types and the OpenAPI file are made from the same schemas.
  "zod": ["src/config/", "src/web/"],
};

/** What can open connections. */
const CONNECTING_MODULE =
  /^(http-parser-js|kafkajs|pg|node:(dgram|dns|dns\/promises|http|http2|https|net|tls))$/;
const CONNECTING_CALL =
  /^(Deno\.(connect|connectTls|createHttpClient|resolveDns|startTls)|EventSource|WebSocket|fetch)$/;

/** What a folder may import, as docs/architecture.md says. */
interface Permitted {
  readonly rooms: ReadonlySet<string>;
  /** Rooms of which it may import types alone. */
  readonly types: ReadonlySet<string>;
}

/** Reads the table of folders: the first cell names one, the last one what it may import. */
export function importTable(architecture: string): Map<string, Permitted> {
  const rows = architecture.matchAll(/^\| `([a-z.]+)\/?` +\|[^|]+\| ([^|]+?) +\|$/gm);
  return new Map(
    [...rows].map(([, room, cell]) => {
      const types = [...cell!.matchAll(/types of `(\w+)`/g)].map(([, name]) => name!);
      const names = [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
      const rooms = names.filter((name) => !types.includes(name));
      return [room!, { rooms: new Set(rooms), types: new Set(types) }];
    }),
  );
}

/** Imports that docs/architecture.md does not name, and folders that it does not have. */
export function wrongDirections(
  sources: readonly Source[],
  table: ReadonlyMap<string, Permitted>,
): string[] {
  return sources.flatMap(({ path, imports }) => {
    const permitted = table.get(roomOf(path));
    if (permitted === undefined) return [`${path} must be in a folder of docs/architecture.md`];
    return imports
      .filter(({ target }) => target.startsWith("src/"))
      .filter(({ target, kind }) => !mayImport(path, permitted, { target, kind }))
      .map(({ target }) =>
        `${path} must not import ${target}: docs/architecture.md names ` +
        `${[...permitted.rooms, ...permitted.types].join(", ") || "nothing"}`
      );
  });
}

function mayImport(
  from: string,
  { rooms, types }: Permitted,
  { target, kind }: { readonly target: string; readonly kind: string },
): boolean {
  const room = roomOf(target);
  if (kind === "type" && types.has(room)) return true;
  if (WORKER_ENTRY.test(target) && kind !== "type") return false;
  return room === roomOf(from) || rooms.has(room) || (rooms.has("ports") && PORTS.includes(target));
}

function roomOf(path: string): string {
  return path.split("/")[1]!;
}

/** Files that import each other, directly or by way of others; imports of types count too. */
export function importCircles(sources: readonly Source[]): string[] {
  const open = new Map(sources.map(({ path, imports }) => {
    return [path, new Set(imports.map(({ target }) => target))];
  }));
  // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
  for (let before = Infinity; open.size < before;) {
    before = open.size;
    const imported = new Set([...open.values()].flatMap((targets) => [...targets]));
    for (const [path, targets] of open) {
      const importsNothing = targets.intersection(open).size === 0;
      if (importsNothing || !imported.has(path)) open.delete(path);
    }
  }
  return Array.from(open, ([path, targets]) => {
    return `${path} must not import ${[...targets.intersection(open).keys()].join(", ")}: ` +
      `they import each other`;
  });
}

export const FOLDER_FILES_MAX = 20;

/** A folder that needs more files needs folders in it. */
export function crowdedFolders(sources: readonly Source[]): string[] {
  const folders = Map.groupBy(sources, ({ path }) => path.slice(0, path.lastIndexOf("/")));
  return [...folders].filter(([, files]) => files.length > FOLDER_FILES_MAX).map(([path, files]) =>
    `${path} must have at most ${FOLDER_FILES_MAX} files: it has ${files.length}`
  );
}

/**
 * Imports from one subfolder of a room to another that the second table of docs/architecture.md does
 * not name. Files directly in a room may import all of its subfolders.
 */
export function wrongDirectionsInside(
  sources: readonly Source[],
  table: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  return sources.flatMap(({ path, imports }) => {
    const folder = folderOf(path);
    if (folder === roomOf(path) || path === "src/main.ts") return [];
    const permitted = table.get(folder);
    if (permitted === undefined) return [`${path} must lie in a folder of docs/architecture.md`];
    return imports
      .filter(({ target }) => target.startsWith("src/") && roomOf(target) === roomOf(path))
      .filter(({ target }) => folderOf(target) !== folder && !permitted.has(folderOf(target)))
      .map(({ target }) =>
        `${path} must not import ${target}: docs/architecture.md names ` +
        `${[...permitted].join(", ") || "nothing"} for ${folder}`
      );
  });
}

/** Reads the table of subfolders, such as `kafka/client/`: what of its room each may import. */
export function folderTable(architecture: string): Map<string, Set<string>> {
  const rows = architecture.matchAll(/^\| `([a-z]+\/[a-z_/]+)\/` +\|[^|]+\| ([^|]+?) +\|$/gm);
  return new Map([...rows].map(([, folder, cell]) => [
    folder!,
    new Set([...cell!.matchAll(/`([\w/]+?)\/?`/g)].map(([, name]) => name!)),
  ]));
}

function folderOf(path: string): string {
  return path.slice("src/".length, path.lastIndexOf("/"));
}

/** One library, one place. */
export function misplacedLibraries(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter(needsPlace).flatMap(({ target }) => {
      const places = LIBRARIES[libraryOf(target)];
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

/** The library that `hono/html` or `@scope/name/part` is a part of. */
function libraryOf(target: string): string {
  const [first, second] = target.split("/");
  return first!.startsWith("@") ? `${first}/${second}` : first!;
}

/**
 * What each entry loads at its start beside this project's own files: memory that every process has.
 * Threads that run for an answer are not in it.
 */
const ENTRY_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  "src/main.ts": [],
  "src/cli/service/daemon.ts": ["@logtape/logtape"],
  "src/runtime/service/service.ts": ["@logtape/logtape", "prom-client"],
  "src/threads/alerts/alerts_thread.ts": ["@logtape/logtape", "ipaddr.js", "nodemailer", "uuid"],
  "src/threads/consumer/consumer_thread.ts": ["@logtape/logtape", "avsc", "kafkajs", "uuid"],
  "src/threads/notify/notify_thread.ts": ["@logtape/logtape"],
  "src/threads/outbox/outbox_thread.ts": ["@logtape/logtape", "avsc"],
  "src/threads/push/push_thread.ts": ["@logtape/logtape", "avsc", "json-p3", "re2js"],
  "src/threads/relay/relay_thread.ts": ["@logtape/logtape", "avsc", "kafkajs"],
  "src/threads/scanner/scanner_thread.ts": [
    ...["@logtape/logtape", "avsc", "http-parser-js", "ipaddr.js", "json-p3", "re2js"],
  ],
  "src/threads/store/store_thread.ts": ["@logtape/logtape", "avsc", "uuid"],
  "src/threads/web/web_thread.ts": ["@logtape/logtape"],
};

/** Entries that load a library at their start that is not among theirs, or none that is. */
export function wrongEntryLibraries(
  sources: readonly Source[],
  table: Readonly<Record<string, readonly string[]>> = ENTRY_LIBRARIES,
): string[] {
  return Object.entries(table).flatMap(([entry, libraries]) => {
    const imports = loadedFrom(entry, sources, ["static"]).flatMap(({ imports }) => imports)
      .filter(({ kind, isLibrary }) => kind === "static" && isLibrary)
      .map(({ target }) => libraryOf(target)).filter((name) => !name.startsWith("node:"));
    const loaded = new Set(imports);
    const named = new Set(libraries);
    return [
      ...Array.from(
        loaded.difference(named),
        (name) => `${entry} must not load ${name} at its start: ENTRY_LIBRARIES does not name it`,
      ),
      ...Array.from(
        named.difference(loaded),
        (name) => `ENTRY_LIBRARIES must not name ${name} for ${entry}: it is not loaded`,
      ),
    ];
  });
}

/** Threads that load a module at its first use, which they then may read, where their spec says nothing of it. */
export function lateModules(sources: readonly Source[]): string[] {
  const entries = sources.filter(({ path }) => WORKER_ENTRY.test(path));
  return entries.flatMap(({ path }) => {
    const spec = path.replace(/_thread\.ts$/, "_spec.ts");
    const isSaid = sources.some((source) =>
      source.path === spec && /\bloadsLater:/.test(source.text)
    );
    if (isSaid) return [];
    return loadedFrom(path, sources, ["static"]).flatMap(({ imports }) => imports)
      .filter(({ kind, isLibrary }) => kind === "dynamic" && !isLibrary)
      .map(({ target }) => `${spec} must have loadsLater: its thread loads ${target} later`);
  });
}

/** Libraries, and parts of them, that deno.json names and nothing imports. */
export function unusedLibraries(names: readonly string[], sources: readonly Source[]): string[] {
  const used = new Set(
    sources.flatMap(({ imports }) => imports.flatMap(({ target }) => [target, libraryOf(target)])),
  );
  return names
    .filter((name) => !used.has(name) && !used.has(name.replace("@types/", "")))
    .map((name) => `deno.json must not name ${name}: nothing imports it`);
}

/** The main thread supervises; what it loads, now or later, must not be able to connect. */
export function connectingInMain(sources: readonly Source[]): string[] {
  return loadedFrom("src/main.ts", sources).flatMap(({ path, imports, calls }) => {
    const modules = imports.filter(({ kind, target }) =>
      kind !== "type" && CONNECTING_MODULE.test(target)
    );
    const able = [
      ...modules.map(({ target }) => `import ${target}`),
      ...[...calls].filter((call) => CONNECTING_CALL.test(call)).map((call) => `call ${call}`),
    ];
    return able.map((what) =>
      `${path} must not ${what}: the main thread loads it, and only Workers open connections`
    );
  });
}

/** What a module loads, itself among it; a Worker's entry is a URL there, and no import. */
export function loadedFrom(
  entry: string,
  sources: readonly Source[],
  kinds: readonly Import["kind"][] = ["static", "dynamic"],
): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const loaded = new Set<Source>();
  const load = (path: string) => {
    const source = byPath.get(path);
    if (!source || loaded.has(source)) return;
    loaded.add(source);
    for (const { kind, target } of source.imports) if (kinds.includes(kind)) load(target);
  };
  load(entry);
  return [...loaded];
}

/**
 * Each source that does something has a test at the same path, or a test of its folder loads it
 * together with what it is a part of. What is driven in another way is excused; an excuse without a
 * cause is a mistake too.
 */
export function untestedFiles(
  sources: readonly Source[],
  tests: readonly Source[],
  excused: readonly string[],
): string[] {
  const driven = drivenByItsFolder(sources, tests);
  const untested = sources
    .filter(({ functions }) => functions.length > 0)
    .map(({ path }) => path)
    .filter((path) => !driven.has(path));
  return [
    ...untested.filter((path) => !excused.includes(path)).map((path) =>
      `${path} must be driven by a test of ${path.replace(/^src(.*)\/.*/, "tests$1/")}, ` +
      `or be excused in tests/tidy_test.ts`
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
