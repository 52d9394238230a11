/** The executable that `deno task compile` makes, made and run by tests. */
import { run } from "../services/programs.ts";
import { olderDeno } from "./older_deno.ts";

const ROOT = new URL("../../", import.meta.url);
const TASKS = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT))).tasks;

/** The base runtime to compile with; without one, Deno would ask its own server for it. */
export const DENORT = Deno.env.get("SITEMON_DENORT") || undefined;

/** The words of a task's command. */
export function commandOf(task: string): string[] {
  return TASKS[task].command.split(" ");
}

/** One file, in a folder of its own, that needs nothing else. */
export interface Executable extends Disposable {
  readonly path: string;
}

/** Compiles with the flags of the task `compile`. Disposing removes the file. */
export function compileSitemon(denort: string): Executable {
  const folder = Deno.makeTempDirSync({ prefix: "sitemon-compiled-" });
  const path = `${folder}/sitemon`;
  const [, ...flags] = commandOf("compile").map((word) => word === "dist/sitemon" ? path : word);
  // Types are checked elsewhere, and by the newer Deno.
  flags.splice(1, 0, "--no-check");
  const env = {
    DENORT_BIN: denort,
    // Without these two, Deno 2.7.11 overflows its stack where the system has few certificates.
    DENO_TLS_CA_STORE: "system",
    RUST_MIN_STACK: "16777216",
  };
  run([olderDeno(), ...flags], { cwd: ROOT, env });
  return { path, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

/** An empty folder to run the executable in. */
export class EmptyFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "sitemon-empty-" });

  /** What lies in it now. */
  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, text);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** How to run it there, with an empty environment. */
export function command(
  { path }: Executable,
  folder: EmptyFolder,
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
