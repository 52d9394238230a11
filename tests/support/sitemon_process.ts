/** sitemon as a process of its own: started, listened to, asked to stop, or killed. */
import { fileURLToPath } from "node:url";
import { within } from "./waiting.ts";

/** What Deno runs sitemon from source by, with the permissions of the task `sitemon`. */
export const FROM_SOURCE: readonly string[] = [
  ...["run", "--quiet"],
  ...["net", "read", "write", "env", "sys"].map((name) => `--allow-${name}`),
  fileURLToPath(new URL("../../src/main.ts", import.meta.url)),
];

/** A process from source takes a second to start on a busy machine. */
const DEADLINE_MS = 60_000;

/** A line of the log, as `log.format: json` writes it. */
export interface LogLine {
  readonly level: string;
  readonly category: string;
  readonly thread: string;
  readonly message: string;
  readonly [property: string]: unknown;
}

export interface SitemonOptions {
  /** An executable made by `deno task compile`; from source when absent. */
  readonly executable?: string;
  readonly cwd?: string;
  /** All of the environment that the process gets; the test's own when absent. */
  readonly env?: Record<string, string>;
}

/** Runs a command to its end; resolves to its exit code and what it printed. */
export async function sitemon(args: string[], options: SitemonOptions = {}) {
  const output = await command(args, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** A daemon: killed when it is disposed of, unless it was stopped before. */
export class SitemonProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #waiters = new Set<() => void>();
  /** Standard error, line by line. */
  readonly lines: string[] = [];
  readonly logs: LogLine[] = [];

  constructor(args: string[], options: SitemonOptions = {}) {
    this.#process = command(args, options).spawn();
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The first line of the log, past or to come, that begins so, or that the test is looking for. */
  async log(what: string, sought: string | ((line: LogLine) => boolean)): Promise<LogLine> {
    const isSought = typeof sought === "string"
      ? ({ message }: LogLine) => message.startsWith(sought)
      : sought;
    const found = Promise.withResolvers<LogLine>();
    const look = () => {
      const line = this.logs.find(isSought);
      if (line !== undefined) found.resolve(line);
    };
    this.#waiters.add(look);
    look();
    try {
      return await within(DEADLINE_MS, what, found.promise);
    } catch (error) {
      throw new Error(`sitemon said\n${this.lines.slice(-20).join("\n")}`, { cause: error });
    } finally {
      this.#waiters.delete(look);
    }
  }

  /** Where it says that its status page is. */
  async pageAddress(): Promise<string> {
    const { address } = await this.log("the address of the page", "status page listening on");
    return String(address);
  }

  /** Asks it to drain, and resolves to its exit code. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
    this.#process.kill(signal);
    return await this.ended();
  }

  /** Resolves to the exit code when it ends by itself. */
  async ended(): Promise<number> {
    const what = `the end of sitemon, which said\n${this.lines.slice(-20).join("\n")}\n`;
    const { code } = await within(DEADLINE_MS, what, this.#process.status);
    await this.#reading;
    return code;
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** As the kernel does when memory is out, or a power cut. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#process.status;
    await this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #read(): Promise<void> {
    void this.#process.stdout.cancel();
    let rest = "";
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    }
    if (rest !== "") this.#take(rest);
    for (const wake of this.#waiters) wake();
  }

  #take(line: string): void {
    this.lines.push(line);
    if (line.startsWith("{")) this.logs.push(JSON.parse(line));
    for (const wake of this.#waiters) wake();
  }
}

function command(args: string[], { executable, ...options }: SitemonOptions): Deno.Command {
  return new Deno.Command(executable ?? Deno.execPath(), {
    ...options,
    args: executable === undefined ? [...FROM_SOURCE, ...args] : args,
    clearEnv: options.env !== undefined,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
