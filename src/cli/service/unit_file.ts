/**
 * Installed systemd units: which configuration each of them runs, where its state is, which files
 * systemd passes to it as credentials, and its variables. So a command beside a unit works with what
 * the unit has.
 */
import { dirname, isAbsolute, join, relative } from "node:path";
import type { DaemonRole } from "../../config/loaded_config.ts";
import type { HostEnvironment } from "../../config/host_environment.ts";

/** A unit as far as a command needs it. */
export interface Unit {
  /** Without `.service`. */
  readonly name: string;
  readonly role: DaemonRole;
  /** Absolute path of the configuration. */
  readonly config: string;
  /** Absolute path of its state folder; undefined when it has none. */
  readonly state: string | undefined;
  /** The file of each credential, by its name. */
  readonly credentials: ReadonlyMap<string, string>;
  /** Of `Environment=` and `EnvironmentFile=`. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Where systemd looks for units, the first first; `SYSTEMD_UNIT_PATH` replaces them, as for systemd. */
const FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];
/** Where systemd makes state folders. */
export const STATE_FOLDERS = "/var/lib";
/** Of a unit or a drop-in; those of systemd itself have some 2 KiB. */
const UNIT_BYTES_MAX = 65_536;
/** Units that are looked at, and drop-ins of one unit. */
const FILES_MAX = 100;

/** Where the configuration of a daemon is when nobody says so. */
export function defaultConfigPath(role: DaemonRole): string {
  return `/etc/sitemon/${role}.yaml`;
}

/** The units whose names begin with `sitemon`, by name. */
export function sitemonUnits(host: HostEnvironment): Unit[] {
  const names = unitFolders(host).flatMap((folder) => namesIn(folder, host))
    .filter((name) => /^sitemon.*\.service$/.test(name));
  return [...new Set(names)].sort().slice(0, FILES_MAX)
    .flatMap((name) => readUnit(name, host) ?? []);
}

/** The unit of that name, which may end in `.service`; undefined when it is none that runs sitemon. */
export function readUnit(name: string, host: HostEnvironment): Unit | undefined {
  const base = name.replace(/\.service$/, "");
  const folders = unitFolders(host);
  const file = folders.map((folder) => join(folder, `${base}.service`))
    .map((path) => textOf(path, host)).find((text) => text !== undefined);
  if (file === undefined) return undefined;
  const dropIns = dropInsOf(base, host).map((path) => textOf(path, host) ?? "");
  return unitOf(base, serviceLines([file, ...dropIns]), host);
}

/** By name, whatever their folder; of two with one name, that of the first folder counts, as for systemd. */
function dropInsOf(base: string, host: HostEnvironment): string[] {
  const paths = new Map<string, string>();
  for (const folder of unitFolders(host)) {
    const inside = join(folder, `${base}.service.d`);
    for (const name of namesIn(inside, host).filter((name) => name.endsWith(".conf"))) {
      if (!paths.has(name)) paths.set(name, join(inside, name));
    }
  }
  return [...paths.keys()].sort().slice(0, FILES_MAX).map((name) => paths.get(name)!);
}

/** For messages: where units were looked for. */
export function unitFolders({ env }: HostEnvironment): readonly string[] {
  return env("SYSTEMD_UNIT_PATH")?.split(":").filter(isAbsolute) ?? FOLDERS;
}

/** The machine as a process of the unit sees it, except for variables that this process has itself. */
export function asUnit(
  host: HostEnvironment,
  { name, state, credentials, variables }: Unit,
): HostEnvironment {
  const [first] = credentials.values();
  // Of a unit that has its credentials in another way, those are there while it runs.
  const folder = first === undefined ? `/run/credentials/${name}.service` : dirname(first);
  const file = (path: string) => credentials.get(relative(folder, path)) ?? path;
  const own = new Map([["STATE_DIRECTORY", state], ["CREDENTIALS_DIRECTORY", folder]]);
  return {
    ...host,
    env: (name) => host.env(name) ?? own.get(name) ?? variables.get(name),
    isRegularFile: (path) => host.isRegularFile(file(path)),
    readTextFile: (path, bytesMax) => host.readTextFile(file(path), bytesMax),
  };
}

function unitOf(
  name: string,
  lines: readonly (readonly [key: string, value: string])[],
  host: HostEnvironment,
): Unit | undefined {
  const of = (key: string) => {
    const values = lines.filter(([it]) => it === key).map(([, value]) => value);
    // An empty value makes systemd forget the ones before it.
    return values.slice(values.lastIndexOf("") + 1).filter((value) => !hasSpecifier(value));
  };
  const [, role, ...options] = wordsOf((of("ExecStart").at(-1) ?? "").replaceAll("$$", () => "$"));
  if (!isRole(role)) return undefined;
  const option = options.findIndex((it) => it === "-c" || it === "--config");
  const config = option < 0 ? defaultConfigPath(role) : options[option + 1] ?? "";
  const [state] = of("StateDirectory").flatMap(wordsOf);
  const credentials = of("LoadCredential").flatMap((value) => {
    const [, id, path] = /^([^:/]+):(\/.+)$/.exec(value.replaceAll("%%", "%")) ?? [];
    return path === undefined ? [] : [[id!, path] as const];
  });
  return {
    name,
    role,
    config,
    state: state === undefined ? undefined : join(STATE_FOLDERS, state),
    credentials: new Map(credentials),
    variables: new Map([
      ...of("Environment").flatMap(wordsOf).flatMap(variableOf),
      ...of("EnvironmentFile").flatMap((path) => variablesOf(path.replace(/^-/, ""), host)),
    ]),
  };
}

function variableOf(text: string): [name: string, value: string][] {
  const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  return name === undefined ? [] : [[name, value!]];
}

function variablesOf(path: string, host: HostEnvironment): [name: string, value: string][] {
  const lines = textOf(path, host)?.split("\n") ?? [];
  return lines.flatMap(variableOf).map(([name, value]) => [name, unquoted(value.trim())]);
}

function isRole(text = ""): text is DaemonRole {
  return ["producer", "consumer", "run", "web"].includes(text);
}

/** Keys and values of the `[Service]` sections, a later file after an earlier one. */
function serviceLines(texts: readonly string[]): [string, string][] {
  return texts.flatMap((text) => {
    let section = "";
    return text.replaceAll(/\\\r?\n/g, " ").split("\n").flatMap((line): [string, string][] => {
      section = /^\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
      const [, key, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return section === "Service" && key !== undefined ? [[key, value!]] : [];
    });
  });
}

/** True for `%i` and the like: what it stands for is known to systemd alone. */
function hasSpecifier(value: string): boolean {
  return value.replaceAll("%%", "").includes("%");
}

const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;
const WORDS = new RegExp(`(?:${QUOTED.source}|[^\\s"'])+`, "g");

/** As systemd divides a line: quotes keep a word together, and `%%` stands for one. */
function wordsOf(value: string): string[] {
  return [...value.matchAll(WORDS)].map(([word]) => unquoted(word).replaceAll("%%", "%"));
}

function unquoted(text: string): string {
  return text.replaceAll(
    QUOTED,
    (_, double?: string, single?: string) => (double ?? single ?? "").replaceAll(/\\(.)/g, "$1"),
  );
}

function namesIn(folder: string, { listFolder }: HostEnvironment): readonly string[] {
  try {
    return listFolder(folder);
  } catch {
    return [];
  }
}

function textOf(path: string, host: HostEnvironment): string | undefined {
  try {
    return host.isRegularFile(path) ? host.readTextFile(path, UNIT_BYTES_MAX) : undefined;
  } catch {
    return undefined;
  }
}
