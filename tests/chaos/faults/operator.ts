/** What an operator asks a daemon that a test has started. */
import { eventually } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";

/** A dependency in `/readyz`. */
interface DependencyRow {
  readonly dependency: string;
  readonly ok: boolean;
  readonly reason?: string;
}

const DEADLINE_MS = 60_000;

/** Of the daemon whose configuration it adds `listen` to. */
export class Operator {
  readonly #origin: string;

  constructor(configurationFile: string) {
    const address = `127.0.0.1:${freePort()}`;
    Deno.writeTextFileSync(configurationFile, `listen: ${address}\n`, { append: true });
    this.#origin = `http://${address}`;
  }

  /** Waits until the daemon says so of a dependency: a reason, or "ok". */
  async hears(dependency: string, word: string): Promise<void> {
    await eventually(DEADLINE_MS, `${dependency} is ${word}`, async () => {
      const response = await fetch(`${this.#origin}/readyz`);
      const { dependencies }: { dependencies: DependencyRow[] } = await response.json();
      const row = dependencies.find((row) => row.dependency === dependency);
      if (row !== undefined && (row.ok ? "ok" : row.reason) === word) return true;
      throw new Error(JSON.stringify(dependencies));
    });
  }

  /** A counter or gauge with its labels, as `/metrics` writes them; 0 before it is known. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.#origin}/metrics`)).text();
    const line = text.split("\n").find((line) => line.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length));
  }
}
