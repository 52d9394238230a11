/** A real store that fails when it is told to: the faults are scripted, the rest is as it is. */
import type { Applied, Chunk, StatusStore } from "../../../src/status/store.ts";

export class FailingStore implements StatusStore {
  readonly #store: StatusStore;
  /** Chunks of every call, failed ones too. */
  readonly chunks: Chunk[] = [];
  /** Those of the calls that did not fail. */
  readonly taken: Chunk[] = [];
  /** Says of each call, by its chunk and its number from 0, with what it fails, if at all. */
  fails: (chunk: Chunk, call: number) => unknown = () => undefined;
  /** Awaited by each call before anything else. */
  gate: Promise<void> = Promise.resolve();

  constructor(store: StatusStore) {
    this.#store = store;
  }

  async apply(chunk: Chunk): Promise<Applied> {
    const call = this.chunks.push(chunk) - 1;
    await this.gate;
    const failure = this.fails(chunk, call);
    if (failure !== undefined) throw failure;
    const applied = await this.#store.apply(chunk);
    this.taken.push(chunk);
    return applied;
  }

  migrate(): Promise<void> {
    return this.#store.migrate();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
