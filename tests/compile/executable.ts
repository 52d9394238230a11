/** The executable that `deno task compile` makes, made and run by tests. */
import { EVERYTHING } from "../../src/cli/compile.ts";
import { run } from "../services/programs.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { olderDeno } from "./older_deno.ts";

const ROOT = new URL("../../", import.meta.url);

/** The base runtime to compile with; without one, Deno would ask its own server for it. */
export const DENORT = Deno.env.get("SITEMON_DENORT") || undefined;

/** One file, in a folder of its own, that needs nothing else. */
export interface Executable extends Disposable {
  readonly path: string;
}

/** Compiles as the task `compile` does, for one configuration if there is one. */
export function compileSitemon(
  denort: string,
  { config, more = [], root = ROOT }: {
    readonly config?: string;
    /** Further options of the task. */
    readonly more?: readonly string[];
    readonly root?: URL;
  } = {},
): Executable {
  const task = ["run", "--quiet", "--allow-all", "src/cli/compile.ts"];
  const baked = config === undefined ? [] : ["--config", config];
  const args = (path: string) => [...task, ...baked, ...more, "--output", path];
  return compile(denort, { args, root });
}

/** Compiles a program of the tests, which may do all that sitemon may, with a Worker's module. */
export function compileProgram(denort: string, module: string, worker: string): Executable {
  const flags = ["--quiet", "--no-check", "--no-prompt", ...EVERYTHING, "--include", worker];
  const args = (path: string) => ["compile", ...flags, "--output", path, module];
  return compile(denort, { args, root: ROOT });
}

/** Disposing removes the file. */
function compile(
  denort: string,
  { args, root }: { args: (path: string) => string[]; root: URL },
): Executable {
  const folder = new TempFolder();
  const path = folder.file("sitemon");
  const env = {
    DENORT_BIN: denort,
    // Without these two, Deno 2.7.11 overflows its stack where the system has few certificates.
    DENO_TLS_CA_STORE: "system",
    RUST_MIN_STACK: "16777216",
  };
  run([olderDeno(), ...args(path)], { cwd: root, env });
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** How to run it in a folder, with an empty environment. */
export function command(
  { path }: Executable,
  folder: TempFolder,
  ...args: readonly string[]
): Deno.Command {
  return new Deno.Command(path, {
    args: [...args],
    cwd: folder.path,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
