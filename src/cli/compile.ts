/**
 * `deno task compile [--config FILE] [--traces] [--output FILE]`: makes the executable, for every
 * configuration or for one alone, whose hosts, files and variables it is then bound to.
 *
 * An entry of its own, since making executables takes a permission that sitemon must never have.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "../config/config_error.ts";
import type { LoadedConfig } from "../config/loaded_config.ts";
import { statusStore } from "../config/permissions/needs.ts";
import { joined, permissionFlags } from "../config/permissions/permissions.ts";
import { processPermissions, rolesOf } from "../config/permissions/process_permissions.ts";
import { SWITCH } from "../config/trace_exporter.ts";
import { daemonPermissions } from "../threads/registry.ts";
import { BuildCopy } from "./build_copy.ts";
import { EXIT_CONFIG } from "./exit_code.ts";
import { loadFile } from "./load_file.ts";
import { processTerminal } from "./text/terminal.ts";

/** What an executable for every configuration may do; its threads are narrowed when they start. */
export const EVERYTHING = ["net", "read", "write", "env", "sys"].map((kind) => `--allow-${kind}`);

/**
 * Each thread's young objects take twice 4 MiB at most, where V8 would give them twice 32: a producer
 * needs a third less memory, and no more CPU for a check (docs/performance.md).
 */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=4";

const BUILD_FOLDER = "dist";
const COMMIT_FILE = `${BUILD_FOLDER}/commit.json`;

/** The arguments of `deno` that make an executable; `more` are flags of `deno compile`. */
export function compileArgs(
  { loaded, output, more = [] }: {
    readonly loaded?: LoadedConfig;
    readonly output: string;
    readonly more?: readonly string[];
  },
): string[] {
  return [
    "compile",
    "--quiet",
    "--frozen",
    // A question nobody may answer: what is not allowed is refused.
    "--no-prompt",
    // Deno takes them once.
    ...(more.some((flag) => flag.startsWith("--v8-flags=")) ? [] : [V8_FLAGS]),
    ...more,
    ...(loaded === undefined ? EVERYTHING : bakedFlags(loaded)),
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
 * Whether an executable exports traces is settled when it is made (Deno 2.7.11 and 2.9.6): what
 * its environment says later changes nothing. So what this process's says must not leak into it.
 */
export function compileEnv(exportsTraces: boolean): Record<string, string> {
  return { OTEL_DENO: "false", [SWITCH]: String(exportsTraces) };
}

/** What every command that the configuration is for may do, and that which shows its status. */
function bakedFlags(loaded: LoadedConfig): string[] {
  const daemons = rolesOf(loaded).flatMap((role) => Object.values(daemonPermissions(loaded, role)));
  return permissionFlags(processPermissions(loaded, [...daemons, joined([statusStore(loaded)])]));
}

/** Leaves the commit where the executable finds it (runtime/version.ts); `null` when it is not known. */
function writeCommit(): void {
  const commit = Deno.env.get("SITEMON_COMMIT") || gitCommit();
  Deno.mkdirSync(BUILD_FOLDER, { recursive: true });
  Deno.writeTextFileSync(COMMIT_FILE, `${JSON.stringify(commit)}\n`);
}

/** With `-dirty` when files were changed since; null where this is no repository. */
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

async function compile(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      traces: { type: "boolean", default: false },
      output: { type: "string", default: "dist/sitemon" },
    },
    allowPositionals: true,
  });
  const { config, traces, output } = values;
  const loaded = config === undefined
    ? undefined
    : loadFile(config, { terminal: processTerminal() });
  writeCommit();
  using copy = new BuildCopy(BUILD_FOLDER, [COMMIT_FILE]);
  const compiling = new Deno.Command(Deno.execPath(), {
    cwd: copy.folder,
    args: compileArgs({
      ...(loaded && { loaded }),
      output: resolve(output),
      more: positionals,
    }),
    env: compileEnv(traces || loaded?.config.traces !== undefined),
  });
  return (await compiling.spawn().status).code;
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
