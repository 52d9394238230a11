import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { OutboxClient } from "../../../src/outbox/thread/outbox_client.ts";
import { draftColumns } from "../../../src/outbox/thread/columns.ts";
import { OutboxUnavailableError } from "../../../src/outbox/outbox_error.ts";
import type { OutboxRow } from "../../../src/outbox/publisher.ts";
import { eventually, within } from "../../support/waiting.ts";
import { draftsOf, EVERYTHING, manyReports, reportsOf } from "../outbox_fixture.ts";
import { ServedOutbox } from "./served_outbox.ts";

const DEADLINE_MS = 60_000;
const NOW = { ...EVERYTHING, waitMs: 0 };
const LATER = { ...EVERYTHING, waitMs: 30_000 };
const NEVER = new AbortController().signal;

function until(what: string, isTrue: () => boolean): Promise<true> {
  return eventually(DEADLINE_MS, what, () => isTrue() || undefined);
}

function sequences(rows: readonly OutboxRow[]): number[] {
  return rows.map((row) => row.sequence);
}

function aClient(served: ServedOutbox): OutboxClient {
  const client = new OutboxClient();
  served.connectRelay(client);
  return client;
}

Deno.test("OutboxClient takes rows with their bytes, and settles them", async () => {
  using served = new ServedOutbox();
  served.outbox.append(draftsOf(manyReports(5)));
  // SQLite's objects have no prototype, a message's have one.
  const expected = served.outbox.take(EVERYTHING).map((row) => ({
    ...row,
    traceparent: undefined,
  }));
  served.outbox.release();
  const client = aClient(served);
  const rows = await client.take({ ...NOW, rowsMax: 3 }, NEVER);
  deepStrictEqual(rows, expected.slice(0, 3));
  strictEqual(rows[0]!.payload.constructor, Uint8Array);
  await client.settle({ acknowledged: [1, 2], tooLarge: [3] });
  const { rows: left, gaps, deadLetters } = served.outbox.stats();
  deepStrictEqual({ left, gaps, deadLetters }, { left: 3, gaps: 1, deadLetters: 1 });
});

/** The outbox's only scanner stores one report, at once. */
async function storeByScanner(served: ServedOutbox): Promise<void> {
  const { port1, port2: scanner } = new MessageChannel();
  served.server.addScanner(port1);
  const reports = draftColumns(draftsOf(reportsOf("shop")));
  scanner.postMessage({ type: "store", source: "scanner", batch: 1, reports });
  await until("the row", () => served.outbox.stats().rows === 1);
  scanner.close();
}

Deno.test("take() waits for a row, and is woken by the commit that brings one", async () => {
  using served = new ServedOutbox();
  const client = aClient(served);
  const taking = client.take(LATER, NEVER);
  await until("the wait", () => served.serverClock.pending === 1);
  await storeByScanner(served);
  deepStrictEqual(sequences(await within(DEADLINE_MS, "the row", taking)), [1]);
  strictEqual(served.serverClock.pending, 0);
});

const GATHERING = { ...LATER, lingerMs: 250 };

Deno.test("take() hands out at once what comes after the time in which rows gather", async () => {
  using served = new ServedOutbox();
  const taking = aClient(served).take(GATHERING, NEVER);
  await until("the wait", () => served.serverClock.pending === 1);
  served.serverClock.advance(GATHERING.lingerMs);
  await storeByScanner(served);
  deepStrictEqual(sequences(await within(DEADLINE_MS, "the row", taking)), [1]);
});

Deno.test("take() lets rows gather that come within the time for that", async () => {
  using served = new ServedOutbox();
  const taking = aClient(served).take(GATHERING, NEVER);
  await until("the wait", () => served.serverClock.pending === 1);
  await storeByScanner(served);
  served.outbox.append(draftsOf(reportsOf("another")));
  served.serverClock.advance(GATHERING.lingerMs - 1);
  strictEqual(served.serverClock.pending, 1);
  served.serverClock.advance(1);
  deepStrictEqual(sequences(await within(DEADLINE_MS, "both rows", taking)), [1, 2]);
});

Deno.test("take() lets rows gather with those that are there, until its signal aborts", async () => {
  using served = new ServedOutbox();
  served.outbox.append(draftsOf(reportsOf("a")));
  const client = aClient(served);
  const stop = new AbortController();
  const taking = client.take(GATHERING, stop.signal);
  await until("gathering", () => served.serverClock.pending === 1);
  stop.abort();
  deepStrictEqual(await within(DEADLINE_MS, "no rows", taking), []);
  deepStrictEqual(sequences(await client.take(NOW, NEVER)), [1]);
});

Deno.test("take() answers with nothing when its wait is over, or at once when it has none", async () => {
  using served = new ServedOutbox();
  const client = aClient(served);
  deepStrictEqual(await client.take(NOW, NEVER), []);
  const taking = client.take(LATER, NEVER);
  await until("the wait", () => served.serverClock.pending === 1);
  served.serverClock.advance(LATER.waitMs);
  deepStrictEqual(await within(DEADLINE_MS, "no rows", taking), []);
});

Deno.test("take() ends at once when its signal aborts, and leaves no row in flight", async () => {
  using served = new ServedOutbox();
  const client = aClient(served);
  deepStrictEqual(await client.take(LATER, AbortSignal.abort()), []);
  const stop = new AbortController();
  const taking = client.take(LATER, stop.signal);
  await until("the wait", () => served.serverClock.pending === 1);
  stop.abort();
  deepStrictEqual(await within(DEADLINE_MS, "no rows", taking), []);
  await until("the end of the wait", () => served.serverClock.pending === 0);
  served.outbox.append(draftsOf(reportsOf("shop")));
  deepStrictEqual(sequences(await client.take(NOW, NEVER)), [1]);
});

Deno.test("take() and settle() reject when the disk fails, and work when it does again", async () => {
  using served = new ServedOutbox();
  served.outbox.append(draftsOf(reportsOf("shop")));
  const client = aClient(served);
  await client.take(NOW, NEVER);
  {
    using other = new DatabaseSync(served.path);
    other.exec("BEGIN IMMEDIATE");
    await rejects(
      () => client.settle({ acknowledged: [1], tooLarge: [] }),
      (error) => error instanceof OutboxUnavailableError && error.failure === "busy",
    );
    other.exec("ROLLBACK");
  }
  await client.settle({ acknowledged: [1], tooLarge: [] });
  strictEqual(served.outbox.stats().rows, 0);
});

Deno.test("OutboxClient sends its requests again when the outbox's thread was replaced", async () => {
  using served = new ServedOutbox();
  const client = aClient(served);
  const taking = client.take(LATER, NEVER);
  await until("the wait", () => served.serverClock.pending === 1);
  served.replace();
  served.outbox.append(draftsOf(reportsOf("shop")));
  served.connectRelay(client);
  deepStrictEqual(sequences(await within(DEADLINE_MS, "the row", taking)), [1]);

  served.replace();
  const settling = client.settle({ acknowledged: [1], tooLarge: [] });
  served.connectRelay(client);
  await within(DEADLINE_MS, "settling", settling);
  // The new thread handed nothing out yet: the row is published once more rather than guessed at.
  strictEqual(served.outbox.stats().rows, 1);
  deepStrictEqual(sequences(await client.take(NOW, NEVER)), [1]);
});

Deno.test("OutboxClient waits with its requests until it is connected", async () => {
  using served = new ServedOutbox();
  served.outbox.append(draftsOf(reportsOf("shop")));
  const client = new OutboxClient();
  const taking = client.take(NOW, NEVER);
  served.connectRelay(client);
  deepStrictEqual(sequences(await within(DEADLINE_MS, "the row", taking)), [1]);
});

Deno.test("addRelay() gives the rows of a former relay to the new one", async () => {
  using served = new ServedOutbox({ whenFull: "drop_oldest", rowsMax: 2 });
  served.outbox.append(draftsOf(reportsOf("a", "b")));
  const former = aClient(served);
  deepStrictEqual(sequences(await former.take(NOW, NEVER)), [1, 2]);
  const next = aClient(served);
  // Nothing is in flight any more, so that the limit may drop the oldest.
  served.outbox.append(draftsOf(reportsOf("c")));
  const rows = await next.take(NOW, NEVER);
  deepStrictEqual(rows.map((row) => `${row.kind} ${row.sequence}`), [
    "report 2",
    "report 3",
    "gap 1",
  ]);
});

Deno.test("OutboxClient reads and writes notes, and again when the outbox is replaced", async () => {
  using served = new ServedOutbox();
  const client = aClient(served);
  await client.writeNote("a", "one");
  deepStrictEqual(await client.readNotes(), new Map([["a", "one"]]));
  served.replace();
  const waiting = client.readNotes();
  served.connectRelay(client);
  deepStrictEqual(await waiting, new Map([["a", "one"]]));
});
