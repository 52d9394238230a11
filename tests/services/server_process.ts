/**
 * Servers as child processes in a folder of their own, which outlive neither their owner's scope
 * nor, when the whole test process is killed, the test process.
 */
import { run, runBeside } from "./programs.ts";
import { eventually } from "../support/waiting.ts";

// Ends when its standard input does: closed by us, or by the kernel because we died. A process
// that is stopped by SIGSTOP gets its end only after SIGCONT, unless the end is SIGKILL.
const GUARD = `
trap '' INT TERM HUP
cat >/dev/null
for file in "$1"/*.pid; do
  [ -e "$file" ] || continue
  read -r pid < "$file"
  kill -"$2" "$pid" 2>/dev/null; kill -CONT "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
  kill -9 "$pid" 2>/dev/null
done
rm -rf "$1"`;

const START_DEADLINE_MS = 180_000;
const STOP_DEADLINE_MS = 2_000;

/** A temporary folder; disposing it ends the servers that were started in it and removes it. */
export class ServerFolder implements AsyncDisposable {
  readonly path: string;
  readonly user: string | undefined;
  readonly #guard: Deno.ChildProcess;

  constructor({ prefix, user, endSignal }: {
    readonly prefix: string;
    /** The user that the servers run as, when it is not this one. */
    readonly user?: string;
    /** Ends a server that is no longer needed. */
    readonly endSignal: "QUIT" | "KILL";
  }) {
    this.path = Deno.makeTempDirSync({ prefix });
    this.user = user;
    if (user !== undefined) run(["chown", user, this.path]);
    this.#guard = new Deno.Command("sh", {
      args: ["-c", GUARD, "guard", this.path, endSignal],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Writes files, by their names in it. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${this.path}/${name}`, text);
    }
  }

  /** The command line that becomes `argv`, run by the user of this folder. */
  asUser(argv: readonly string[]): string[] {
    if (this.user === undefined) return [...argv];
    // Not runuser, which stays as a parent and stops itself when its child is stopped.
    return ["setpriv", `--reuid=${this.user}`, `--regid=${this.user}`, "--init-groups", ...argv];
  }

  /** Runs a program to its end, in this folder, as its user. */
  run(argv: readonly string[]): Promise<string> {
    return runBeside(this.asUser(argv), { cwd: this.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#guard.stdin.close();
    await this.#guard.status;
  }
}

/** The shell opens the file of what it prints, so that all of it is there after a kill. */
export function spawnLogged(argv: readonly string[], log: string, cwd = "."): Deno.ChildProcess {
  const args = ["-c", 'exec "$@" >> "$0" 2>&1', log, ...argv];
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  return new Deno.Command("sh", { ...silent, args, cwd }).spawn();
}

export interface ServerProcessOptions {
  readonly name: string;
  readonly argv: readonly string[];
  /** True when the server answers, by the text it has printed so far. */
  readonly isReady: (log: string) => boolean;
}

/** A server that runs until it is killed. */
export class ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #pidFile: string;
  #isRunning = true;

  private constructor(child: Deno.ChildProcess, pidFile: string) {
    this.#child = child;
    this.#pidFile = pidFile;
    Deno.writeTextFileSync(pidFile, `${child.pid}\n`);
    child.status.then(() => this.#isRunning = false);
  }

  /** Resolves when the server answers; rejects with what it printed when it ends before. */
  static async start(folder: ServerFolder, options: ServerProcessOptions): Promise<ServerProcess> {
    const log = `${folder.path}/${options.name}.log`;
    Deno.writeTextFileSync(log, "");
    const child = spawnLogged(folder.asUser(options.argv), log, folder.path);
    const server = new ServerProcess(child, `${folder.path}/${options.name}.pid`);
    const answered = await eventually(START_DEADLINE_MS, options.name, () => {
      return options.isReady(Deno.readTextFileSync(log)) || (server.#isRunning ? undefined : false);
    }).catch(() => false);
    if (answered) return server;
    const end = server.#isRunning ? `is not ready after ${START_DEADLINE_MS} ms` : "exited";
    const printed = Deno.readTextFileSync(log).slice(-4_000);
    throw new Error(`${options.name} ${end}, and printed:\n${printed}`);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Does nothing to a server that has ended by itself, as one does by Ctrl-C in its terminal. */
  signal(signal: Deno.Signal): void {
    if (!this.#isRunning) return;
    Deno.kill(this.pid, signal);
    // Its threads stop one by one: until the last one has, it may still answer.
    const end = performance.now() + STOP_DEADLINE_MS;
    while (signal === "SIGSTOP" && !isStopped(this.pid) && performance.now() < end);
  }

  /** Sends the signal and waits for the end. */
  async end(signal: Deno.Signal): Promise<void> {
    this.signal(signal);
    await this.#child.status;
    Deno.removeSync(this.#pidFile);
  }
}

/** Whether every thread is stopped, by the state that proc(5) has after its name. */
function isStopped(pid: number): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].every(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`).includes(") T ")
    );
  } catch {
    // A thread ended meanwhile.
    return false;
  }
}
