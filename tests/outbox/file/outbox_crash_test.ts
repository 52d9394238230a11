import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { OutboxLockedError } from "../../../src/outbox/outbox_error.ts";
import { within } from "../../support/waiting.ts";
import { draftsOf, manyReports, OutboxFolder, waiting } from "../outbox_fixture.ts";

const CHILD = fileURLToPath(new URL("./storing_child.ts", import.meta.url));
const DEADLINE_MS = 60_000;
const KILLS = 8;

/** A process that stores, and its output so far. */
class StoringProcess {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(path: string) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", CHILD, path],
      stdout: "piped",
    }).spawn();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when it has announced that many commits more. */
  async commits(count: number): Promise<void> {
    const wanted = this.#lines().length + count;
    while (this.#lines().length < wanted) await within(DEADLINE_MS, "a commit", this.#read());
  }

  /** Ends it without warning; resolves to the last sequence that it announced. */
  async kill(): Promise<number> {
    this.#process.kill("SIGKILL");
    while (await this.#read());
    await this.#process.status;
    return Number(this.#lines().at(-1)!.split(" ")[1]);
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    this.#text += value ?? "";
    return !done;
  }

  /** Whole lines only. */
  #lines(): string[] {
    return this.#text.split("\n").slice(0, -1);
  }
}

Deno.test("Outbox loses nothing that it announced, when its process is killed again and again", async () => {
  using folder = new OutboxFolder();
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = new StoringProcess(folder.path);
    await child.commits(1 + 7 * kill % 20);
    const announced = await child.kill();

    using outbox = folder.open();
    deepStrictEqual(folder.corruptFolders(), []);
    const sequences = waiting(outbox).reports.map((report) => report.sequence);
    ok(sequences.length >= announced, `${sequences.length} of ${announced}`);
    deepStrictEqual(sequences, sequences.map((_, index) => index + 1));
  }
});

Deno.test("open() refuses a second owner within 5 s, and the first one goes on", async () => {
  using folder = new OutboxFolder();
  const child = new StoringProcess(folder.path);
  await child.commits(1);
  const startMs = performance.now();
  throws(() => folder.open(), (error) => {
    ok(error instanceof OutboxLockedError);
    strictEqual(
      error.message,
      `outbox "${folder.path}" is in use by another process (pid ${child.pid}); stop that one, or ` +
        `change "outbox.path" of this one`,
    );
    return true;
  });
  ok(performance.now() - startMs < 5_000);
  await child.commits(2);
  await child.kill();
  folder.open().close();
});

Deno.test("open() waits for a thread that is just ending", async () => {
  using folder = new OutboxFolder();
  const source = `
    const lock = Deno.openSync(${
    JSON.stringify(`${folder.path}.lock`)
  }, { create: true, write: true });
    lock.lockSync(true);
    self.lock = lock;
    self.postMessage("locked");`;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(source)}`, {
    type: "module",
  });
  await within(DEADLINE_MS, "lock", new Promise((resolve) => worker.onmessage = resolve));
  worker.terminate();
  folder.open().close();
});

Deno.test("close() gives the file back, also when it is closed twice", () => {
  using folder = new OutboxFolder();
  const outbox = folder.open();
  outbox.append(draftsOf(manyReports(3)));
  outbox.close();
  outbox.close();
  using next = folder.open();
  strictEqual(next.stats().rows, 3);
});
