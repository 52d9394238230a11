/**
 * A store as the contracts of all its parts open it.
 *
 * The dump of its tables is in one form for all: rows in the order of their keys, times as
 * microseconds since 1970, uuids and JSON as text, bytes in hexadecimal, counts as numbers.
 */
import type { DeadLetters } from "../../src/status/dead_letters.ts";
import type { StatusMaintenance } from "../../src/status/maintenance.ts";
import type { StatusQueries } from "../../src/status/queries.ts";
import type { StatusStore } from "../../src/status/store.ts";
import type { StoreParts } from "../../src/status/store_parts.ts";

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Every table but the horizon and the migrations, with at least the columns that are read here;
 * `changed_in` is left out, since it counts transactions and so differs with the way of arrival.
 */
export interface Tables {
  readonly site_status: readonly Row[];
  readonly site_report: readonly Row[];
  readonly site_transition: readonly Row[];
  readonly site_hour: readonly Row[];
  readonly site_day: readonly Row[];
  readonly producer_gap: readonly Row[];
  readonly dead_letter: readonly Row[];
}

/** A store of its own, migrated and empty, on the machine's clock. */
export interface OpenedStore extends AsyncDisposable {
  readonly parts: StoreParts;
  readonly store: StatusStore;
  readonly queries: StatusQueries;
  readonly maintenance: StatusMaintenance;
  readonly deadLetters: DeadLetters;
  tables(): Promise<Tables>;
  /** Runs SQL that every store understands, and resolves to its rows. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** Moves the history's horizon, as maintenance does. */
  setHorizon(notBefore: Date): Promise<void>;
  close(): Promise<void>;
}

/** What a kind of store has to bring beside its parts. */
type Apart = Pick<OpenedStore, "tables" | "sql" | "setHorizon">;

/** Opens all parts; `remove` takes away whatever the store is made of. */
export async function opened(
  parts: StoreParts,
  apart: Apart,
  remove: () => Promise<void>,
): Promise<OpenedStore> {
  const store = parts.status();
  const queries = parts.queries();
  const maintenance = parts.maintenance();
  const deadLetters = parts.deadLetters();
  await store.migrate();
  async function close() {
    for (const part of [store, queries, maintenance, deadLetters]) await part.close();
    await remove();
  }
  const all = { parts, store, queries, maintenance, deadLetters, close, ...apart };
  return { ...all, [Symbol.asyncDispose]: close };
}

/** The part itself, which is closed at the end of its scope. */
export function closing<Part extends { close(): Promise<void> }>(
  part: Part,
): Part & AsyncDisposable {
  return Object.assign(part, { [Symbol.asyncDispose]: () => part.close() });
}

export type Register = (name: string, fn: () => Promise<void>) => void;

/** Registers tests that each get a store of their own. */
export function onStore(
  name: string,
  open: () => Promise<OpenedStore>,
  register: Register = Deno.test,
) {
  return (does: string, body: (opened: OpenedStore) => Promise<void>) =>
    register(`${name} ${does}`, async () => {
      await using store = await open();
      await body(store);
    });
}
