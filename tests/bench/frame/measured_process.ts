/** A process that a bench measures from outside, and may suspend while another one is measured. */
import { fileURLToPath } from "node:url";
import { EVERYTHING, V8_FLAGS } from "../../../src/cli/compile.ts";
import { ServerFolder, ServerProcess } from "../../services/server_process.ts";

/** The kernel counts CPU in these, whatever its own clock is (proc_pid_stat(5)). */
const TICK_MICROS = 10_000;

/** What a process has used so far, by the kernel's own account. */
export interface Usage {
  /** Of all its threads, user and system. */
  readonly cpuMicros: number;
  /** Memory that is resident now. */
  readonly rssBytes: number;
  /** As much of it as no file holds: heaps and stacks, which no other process shares. */
  readonly anonymousBytes: number;
}

/** What its threads have done so far, those that have ended left out (proc_pid_schedstat(5)). */
interface Activity {
  readonly cpuMicros: number;
  /** How often a thread was given a core. */
  readonly wakeUps: number;
  /** Threads of JavaScript beside the main one. */
  readonly workers: number;
}

export interface MeasuredProcessOptions {
  readonly name: string;
  /** Files in its folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its command line; its folder is also its working folder. */
  readonly argv: (folder: string) => readonly string[];
  /** What it prints when it has begun. */
  readonly greeting: string;
}

/** Runs from `start()` until it is disposed of, and not longer than the bench, however that ends. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #folder: ServerFolder;
  readonly #process: ServerProcess;

  private constructor(folder: ServerFolder, process: ServerProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** Rejects with what it printed when it ends before its greeting. */
  static async start(options: MeasuredProcessOptions): Promise<MeasuredProcess> {
    const { name, files = {}, argv, greeting } = options;
    await using closing = new AsyncDisposableStack();
    const folder = closing.use(new ServerFolder({ prefix: "sitemon-bench-", endSignal: "KILL" }));
    folder.write(files);
    const isReady = (log: string) => log.includes(greeting);
    const process = await ServerProcess.start(folder, { name, argv: argv(folder.path), isReady });
    closing.move();
    return new MeasuredProcess(folder, process);
  }

  get folder(): string {
    return this.#folder.path;
  }

  /** Throws when it has ended. */
  usage(): Usage {
    const proc = `/proc/${this.#process.pid}`;
    // After the name in brackets, which may hold anything: state, …, utime and stime as 14 and 15.
    const fields = Deno.readTextFileSync(`${proc}/stat`).replace(/^.*\) /s, "").split(" ");
    const status = Deno.readTextFileSync(`${proc}/status`);
    const bytesOf = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)![1]) * 1_024;
    return {
      cpuMicros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS,
      rssBytes: bytesOf("VmRSS"),
      anonymousBytes: bytesOf("RssAnon"),
    };
  }

  /** Finer than {@linkcode MeasuredProcess.usage}, for what does little. Throws when it has ended. */
  activity(): Activity {
    const tasks = `/proc/${this.#process.pid}/task`;
    let [nanos, wakeUps, workers] = [0, 0, 0];
    for (const { name } of Deno.readDirSync(tasks)) {
      const schedstat = Deno.readTextFileSync(`${tasks}/${name}/schedstat`).split(" ").map(Number);
      nanos += schedstat[0]!;
      wakeUps += schedstat[2]!;
      if (Deno.readTextFileSync(`${tasks}/${name}/comm`).startsWith("worker-")) workers++;
    }
    return { cpuMicros: nanos / 1_000, wakeUps, workers };
  }

  suspend(): void {
    this.#process.signal("SIGSTOP");
  }

  resume(): void {
    this.#process.signal("SIGCONT");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }
}

/** The command line of the task `sitemon`; a command and its options follow. */
export const SITEMON: readonly string[] = [
  ...[Deno.execPath(), "run", "--quiet", V8_FLAGS, ...EVERYTHING],
  fileURLToPath(new URL("../../../src/main.ts", import.meta.url)),
];

/** What a daemon prints when its threads run. */
export const DAEMON_GREETING = "sitemon ";

/**
 * Milliseconds of CPU that the main thread of a process has used so far: all of a server process of
 * PostgreSQL. In nanoseconds, where /proc/PID/stat has hundredths of a second
 * (proc_pid_schedstat(5)).
 */
export function processCpuMs(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ")[0]) / 1e6;
}
