/** A process that a bench measures from outside, and may hold still while another one is measured. */
import { ServerFolder, ServerProcess } from "../../services/server_process.ts";

/** The kernel counts CPU in these, whatever its own clock is (proc_pid_stat(5)). */
const TICK_MICROS = 10_000;

/** What a process has used so far, by the kernel's own account. */
export interface Usage {
  /** Of all its threads, user and system. */
  readonly cpuMicros: number;
  /** Memory that is resident now. */
  readonly rssBytes: number;
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
  readonly folder: string;
  readonly #folder: ServerFolder;
  readonly #process: ServerProcess;

  private constructor(folder: ServerFolder, process: ServerProcess) {
    this.folder = folder.path;
    this.#folder = folder;
    this.#process = process;
  }

  /** Rejects with what it printed when it ends before its greeting. */
  static async start(options: MeasuredProcessOptions): Promise<MeasuredProcess> {
    const { name, files = {}, argv, greeting } = options;
    const folder = new ServerFolder({ prefix: "sitemon-bench-", endSignal: "KILL" });
    try {
      for (const [file, text] of Object.entries(files)) {
        Deno.writeTextFileSync(`${folder.path}/${file}`, text);
      }
      const command = {
        name,
        argv: argv(folder.path),
        isReady: (log: string) => log.includes(greeting),
      };
      return new MeasuredProcess(folder, await ServerProcess.start(folder, command));
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Throws when it has ended. */
  usage(): Usage {
    const proc = `/proc/${this.pid}`;
    // After the name in brackets, which may hold anything: state, …, utime and stime as 14 and 15.
    const fields = Deno.readTextFileSync(`${proc}/stat`).replace(/^.*\) /s, "").split(" ");
    const kiB = /^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`${proc}/status`))![1];
    return {
      cpuMicros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS,
      rssBytes: Number(kiB) * 1_024,
    };
  }

  suspend(): void {
    this.#process.signal("SIGSTOP");
  }

  resume(): void {
    this.#process.signal("SIGCONT");
  }

  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void> {
    return this.#process.end("SIGTERM");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }
}
