/**
 * `deno task compile [--config FILE] [--traces] [--output FILE]`: builds the executable, for every
 * configuration or for one, to whose hosts, files and variables it is then limited: those of this
 * machine, or those where it will run, by `--unit NAME` or by `--installed-config PATH`,
 * `--state FOLDER` and `--credentials FOLDER`.
 *
 * An entry of its own, since building executables takes a permission that sitemon must never have.
 */
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "../config/config_error.ts";
import { systemHostEnvironment } from "../config/host_environment.ts";
import type { LoadedConfig } from "../config/loaded_config.ts";
import { processPermissions, rolesOf, statusStore } from "../config/permissions/needs.ts";
import { joined, permissionFlags } from "../config/permissions/permissions.ts";
import { SWITCH } from "../config/trace_exporter.ts";
import { daemonPermissions } from "../threads/registry.ts";
import { EXIT_CONFIG } from "./exit_code.ts";
import { loadFile } from "./load_file.ts";
import { slimProject } from "./slim_project.ts";
import { targetHost, type TargetPaths, unitNeeds, unitPaths } from "./service/target_host.ts";
import { processTerminal, type Terminal } from "./text/terminal.ts";

/** What an executable for every configuration may do; its threads get less when they start. */
export const EVERYTHING = ["net", "read", "write", "env", "sys"].map((kind) => `--allow-${kind}`);

/**
 * Semi-spaces of 4 MiB in each thread, in place of V8's 32: a producer needs a third less memory, and
 * no more CPU for a check (docs/performance.md).
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=4";

const BUILD_FOLDER = "dist";
const COMMIT_FILE = `${BUILD_FOLDER}/commit.json`;
/** Files and folders that an executable is built from, from the root of the project. */
const SOURCES = ["src", COMMIT_FILE];

/** The arguments of `deno` that build an executable; `more` are flags of `deno compile`. */
export function compileArgs(
  { loaded, unit, output, more = [] }: {
    readonly loaded?: LoadedConfig;
    /** Name of the unit that the configuration will run in. */
    readonly unit?: string;
    readonly output: string;
    readonly more?: readonly string[];
  },
): string[] {
  return [
    "compile",
    "--quiet",
    "--frozen",
    // The gate checks types; here they would have to be embedded.
    "--no-check",
    // Without a permission an operation fails, instead of asking at a terminal.
    "--no-prompt",
    // Deno accepts this option only once.
    ...(more.some((flag) => flag.startsWith("--v8-flags=")) ? [] : [V8_FLAGS]),
    ...more,
    ...(loaded === undefined ? EVERYTHING : bakedFlags(loaded, unit)),
    "--include",
    "src/threads",
    "--include",
    COMMIT_FILE,
    "--output",
    output,
    "src/main.ts",
  ];
}

/**
 * An executable exports traces if it was built with this variable (Deno 2.7.11 and 2.9.6): its own
 * environment has no effect. So this process's environment must not leak into it.
 */
export function compileEnv(exportsTraces: boolean): Record<string, string> {
  return { OTEL_DENO: "false", [SWITCH]: String(exportsTraces) };
}

/** What the daemons and `sitemon status` may do with this configuration. */
function bakedFlags(loaded: LoadedConfig, unit?: string): string[] {
  const daemons = rolesOf(loaded).flatMap((role) => Object.values(daemonPermissions(loaded, role)));
  const others = [statusStore(loaded), ...(unit === undefined ? [] : unitNeeds(unit))];
  return permissionFlags(processPermissions(loaded, [...daemons, joined(others)]));
}

/** The configuration as the executable will read it, where it runs. */
export function loadForTarget(
  file: string,
  paths: TargetPaths,
  terminal: Terminal = processTerminal(),
): LoadedConfig {
  const { config = resolve(file) } = paths;
  const hostEnvironment = targetHost(systemHostEnvironment(), file, paths);
  try {
    return loadFile({ config }, { terminal, hostEnvironment });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const here = (path: string) => path === config ? file : path;
    throw new ConfigError(error.mistakes.map((it) => ({ ...it, file: here(it.file) })));
  }
}

/** Writes the commit, or `null`, where the executable looks for it (runtime/version.ts). */
function writeCommit(): void {
  const commit = Deno.env.get("SITEMON_COMMIT") || gitCommit();
  Deno.mkdirSync(BUILD_FOLDER, { recursive: true });
  Deno.writeTextFileSync(COMMIT_FILE, `${JSON.stringify(commit)}\n`);
}

/** With `-dirty` if files have changed since; null outside a repository. */
function gitCommit(): string | null {
  const args = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"];
  try {
    const { success, stdout } = new Deno.Command("git", { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Copies the sources into a new folder, with the times of 1970: executables contain the times of their
 * files, which differ between two checkouts of one commit. Returns the folder.
 */
function copySources(): string {
  const folder = Deno.makeTempDirSync({ dir: BUILD_FOLDER, prefix: "build-" });
  const texts = SOURCES.flatMap(filesOf).map((path) => {
    const text = Deno.readTextFileSync(path);
    write(`${folder}/${path}`, text);
    return text;
  });
  const read = (path: string) => JSON.parse(Deno.readTextFileSync(path));
  const { project, lock } = slimProject(read("deno.json"), read("deno.lock"), texts);
  write(`${folder}/deno.json`, JSON.stringify(project, null, 2));
  write(`${folder}/deno.lock`, JSON.stringify(lock, null, 2));
  return folder;
}

function filesOf(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return [...Deno.readDirSync(path)].flatMap(({ name }) => filesOf(`${path}/${name}`));
}

function write(path: string, text: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
  Deno.utimeSync(path, 0, 0);
}

async function compile(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      unit: { type: "string" },
      "installed-config": { type: "string" },
      state: { type: "string" },
      credentials: { type: "string" },
      traces: { type: "boolean", default: false },
      output: { type: "string", default: "dist/sitemon" },
    },
    allowPositionals: true,
  });
  const { config, unit, traces, output, state, credentials } = values;
  const { "installed-config": installed } = values;
  const loaded = config === undefined ? undefined : loadForTarget(config, {
    ...(unit === undefined ? {} : unitPaths(unit, config)),
    ...(installed === undefined ? {} : { config: installed }),
    ...(state === undefined ? {} : { state }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  writeCommit();
  const folder = copySources();
  try {
    const compiling = new Deno.Command(Deno.execPath(), {
      cwd: folder,
      args: compileArgs({
        ...(loaded && { loaded }),
        ...(unit === undefined ? {} : { unit }),
        output: resolve(output),
        more: positionals,
      }),
      env: compileEnv(traces || loaded?.config.traces !== undefined),
    });
    return (await compiling.spawn().status).code;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await compile(Deno.args));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(EXIT_CONFIG);
  }
}
