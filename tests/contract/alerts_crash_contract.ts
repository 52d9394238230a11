/** What is left of alerts when whoever decides and sends is killed, at any of its statements. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { StoreAddress } from "../../src/status/open_store.ts";
import { within } from "../support/waiting.ts";
import type { SenderLine } from "./dying_sender.ts";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { anAlert, drain, ending, firing } from "./some_alerts.ts";

const CHILD = fileURLToPath(new URL("./dying_sender.ts", import.meta.url));
const DEADLINE_MS = 60_000;
/** Fewer would mean that statements are no longer counted. */
const STATEMENTS_MIN = 40;

interface Addressed {
  readonly open: () => Promise<OpenedStore>;
  readonly addressOf: (opened: OpenedStore) => StoreAddress;
}

/** Registers the tests of the contract for one kind of store. */
export function alertsCrashContract(
  name: string,
  { open, addressOf }: Addressed,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("loses, doubles and leaves open nothing, killed at each statement", async (opened) => {
    let statement = 1;
    for (let isAlive = false; !isAlive; statement++) {
      const { sent, code } = await lifeOf(addressOf(opened), statement);
      isAlive = code === 0;
      const found = `killed before statement ${statement}`;
      await sumsHold(opened, found);
      const told = [...sent, ...await goOn(opened, statement)];
      const states = await statesOf(opened, statement);
      const isTold = told.length > 0;
      const end = isTold ? "delivered" : "superseded";
      deepStrictEqual(states, [`fired ${end}`, `resolved ${end}`], found);
      inOrder(told, found);
      await sumsHold(opened, found);
    }
    ok(statement > STATEMENTS_MIN, `it sent ${statement} statements`);
  });
}

/** What a process sent until it died, or was done. */
async function lifeOf(address: StoreAddress, statement: number) {
  const args = [address, statement, statement].map((value) => JSON.stringify(value));
  const output = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", CHILD, ...args],
    stderr: "inherit",
  }).output();
  const { code, stdout, signal } = await within(DEADLINE_MS, "the end of a sender", output);
  ok(code === 0 || signal === "SIGKILL", `it ended by itself, with ${code}`);
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  return { code, sent: lines.map((line): SenderLine => JSON.parse(line)) };
}

/** Another process decides the same again, learns of the end, and sends what is due. */
async function goOn(opened: OpenedStore, number: number): Promise<SenderLine[]> {
  // Rather than to wait until its lead is over.
  await opened.sql("DELETE FROM alert_decider");
  await using store = closing(opened.parts.alertStore());
  ok(await store.lead());
  await store.write(firing(anAlert(number)));
  await store.write(ending(anAlert(number)));
  return (await drain(store)).map(({ id, messages }) => ({
    delivery: id,
    messages: messages.map(({ id }) => id),
    kinds: messages.map(({ kind }) => kind),
  }));
}

async function statesOf({ parts }: OpenedStore, number: number): Promise<string[]> {
  await using records = closing(parts.alertRecords());
  const messages = await records.messages([anAlert(number).id]);
  return messages.map(({ kind, state }) => `${kind} ${state}`);
}

async function sumsHold({ parts }: OpenedStore, found: string): Promise<void> {
  await using records = closing(parts.alertRecords());
  const { unmade, untoldEnds, untoldBeginnings, messages, states } = await records.sums();
  deepStrictEqual([unmade, untoldEnds, untoldBeginnings], [0, 0, 0], found);
  strictEqual(Object.values(states).reduce((sum, count) => sum + count, 0), messages, found);
}

/** Whoever listens hears the beginning before the end, and each message under one id. */
function inOrder(told: readonly SenderLine[], found: string): void {
  const kinds = told.flatMap(({ kinds }) => kinds);
  const fired = kinds.filter((kind) => kind === "fired").length;
  deepStrictEqual(kinds.slice(0, fired), Array(fired).fill("fired"), found);
  const ids = new Map<string, string>();
  for (const { delivery, messages } of told) {
    for (const id of messages) strictEqual(ids.get(id) ?? delivery, delivery, found);
    for (const id of messages) ids.set(id, delivery);
  }
}
