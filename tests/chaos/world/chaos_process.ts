/** A daemon of sitemon that is started, stopped, suspended and killed again and again. */
import { spawnLogged } from "../../services/server_process.ts";
import { FROM_SOURCE } from "../../support/sitemon_process.ts";
import { within } from "../../support/waiting.ts";

/** A drain may take 20 s by its own rules; the machine may be busy. */
const END_DEADLINE_MS = 60_000;
const EXIT_BY_SIGKILL = 137;
const EXIT_BY_SIGTERM = 143;

export class ChaosProcess {
  readonly #logs: string[] = [];
  #child: Deno.ChildProcess | undefined;
  /** True while an end is what the test asked for. */
  #mayEnd = false;

  constructor(
    readonly options: {
      /** Names its logs. */
      readonly name: string;
      readonly args: readonly string[];
      /** For its logs, one file a life, which survive its death. */
      readonly folder: string;
      /** Where its id is while it lives, for the guard that ends what a killed test leaves behind. */
      readonly pidFolder: string;
      /** Called with what a daemon must never do. */
      readonly onViolation: (what: string) => void;
    },
  ) {}

  /** What all lives have printed, one text each. */
  logs(): string[] {
    return this.#logs.map((path) => Deno.readTextFileSync(path));
  }

  start(): void {
    const { name, folder, args } = this.options;
    const log = `${folder}/${name}.${this.#logs.length + 1}.log`;
    Deno.writeTextFileSync(log, "");
    this.#logs.push(log);
    const child = spawnLogged([Deno.execPath(), ...FROM_SOURCE, ...args], log);
    this.#child = child;
    this.#mayEnd = false;
    Deno.writeTextFileSync(this.#pidFile, `${child.pid}\n`);
    void child.status.then(({ code }) => this.#ended(child, code));
  }

  signal(signal: Deno.Signal): void {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has just ended, which #ended() reports.
    }
  }

  /** As the kernel does when memory is out, or a power cut. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#mayEnd = true;
    this.signal("SIGKILL");
    const { code } = await child.status;
    if (code !== EXIT_BY_SIGKILL) this.#violate(`ended with ${code} before it was killed`);
    this.#forget();
  }

  /** Asks it to drain; it has to end with 0. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#mayEnd = true;
    this.signal("SIGTERM");
    try {
      const { code } = await within(
        END_DEADLINE_MS,
        `the drain of ${this.options.name}`,
        child.status,
      );
      if (code !== 0 && !this.#hadNotBegun(code)) this.#violate(`ended with ${code} after SIGTERM`);
    } catch (error) {
      this.#violate((error as Error).message);
      this.signal("SIGKILL");
      await child.status;
    }
    this.#forget();
  }

  /** As a service manager does with a process that ends by itself. */
  #ended(child: Deno.ChildProcess, code: number): void {
    if (this.#mayEnd || child !== this.#child) return;
    this.#forget();
    this.#violate(`ended by itself with ${code}, saying\n${this.#lastLines()}`);
    this.start();
  }

  /** A process that is still being loaded has nothing to drain, and nothing that could. */
  #hadNotBegun(code: number): boolean {
    return code === EXIT_BY_SIGTERM && this.logs().at(-1) === "";
  }

  get #pidFile(): string {
    return `${this.options.pidFolder}/${this.options.name}.pid`;
  }

  #forget(): void {
    this.#child = undefined;
    Deno.removeSync(this.#pidFile);
  }

  #lastLines(): string {
    return this.logs().at(-1)!.trimEnd().split("\n").slice(-5).join("\n");
  }

  #violate(what: string): void {
    this.options.onViolation(`${this.options.name} ${what}`);
  }
}
