/**
 * A process of its own that fires, sends and ends one alert, and dies right before one of its
 * statements: `dying_sender.ts ADDRESS ALERT STATEMENT`. It prints what it sends, as JSON lines.
 */
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import type { AlertStore } from "../../src/status/alert_store.ts";
import { openStore } from "../../src/status/open_store.ts";
import { anAlert, attempt, delivered, ending, firing } from "./some_alerts.ts";

/** What a sender told, and under which id. */
export interface SenderLine {
  readonly delivery: string;
  readonly messages: readonly string[];
  readonly kinds: readonly string[];
}

if (import.meta.main) {
  const [address, number, statement] = Deno.args.map((text) => JSON.parse(text));
  dieBefore(statement);
  const parts = await openStore(address, { clock });
  await liveThrough(parts.alertStore(), number);
}

/** Both stores send every statement by one of these. */
function dieBefore(statement: number): void {
  let statements = 0;
  const counted = <Send>(send: Send) =>
    function (this: unknown, ...args: unknown[]) {
      if (++statements === statement) Deno.kill(Deno.pid, "SIGKILL");
      return (send as (...args: unknown[]) => unknown).apply(this, args);
    } as Send;
  Client.prototype.query = counted(Client.prototype.query);
  DatabaseSync.prototype.prepare = counted(DatabaseSync.prototype.prepare);
}

async function liveThrough(store: AlertStore, number: number): Promise<void> {
  const alert = anAlert(number);
  await store.lead();
  await store.write(firing(alert));
  await send(store, (delivery) => attempt(delivery, { isMaybeTold: true }));
  await send(store, delivered);
  await store.write(ending(alert));
  await send(store, delivered);
  await store.close();
}

/** Its leases lapse at once, since nobody is there to wait for them. */
async function send(store: AlertStore, how: typeof delivered): Promise<void> {
  const deliveries = await store.claim(["ops"], -1_000);
  for (const { id, messages } of deliveries) {
    const kinds = messages.map(({ kind }) => kind);
    const sent = {
      delivery: id,
      messages: messages.map(({ id }) => id),
      kinds,
    } satisfies SenderLine;
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(sent)}\n`));
  }
  for (const delivery of deliveries) await store.settle(how(delivery));
}
