/** A thread that reads the statuses of a store, and answers with how many, or with the error. */
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { openStore, type StoreAddress } from "../../src/status/open_store.ts";

interface Scope {
  onmessage: (event: MessageEvent<StoreAddress>) => void;
  postMessage(message: StatusesAnswer): void;
}

export interface StatusesAnswer {
  readonly count?: number;
  readonly error?: { readonly name: string; readonly message: string };
}

const scope = globalThis as unknown as Scope;
scope.onmessage = async ({ data: address }) => {
  try {
    const queries = (await openStore(address, { clock })).queries();
    scope.postMessage({ count: (await queries.statuses()).length });
    await queries.close();
  } catch (error) {
    const { name, message } = error as Error;
    scope.postMessage({ error: { name, message } });
  }
};
