/** Random histories of alerts and their messages, seen by who is told: the invariants of telling. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc, { runs } from "../support/random_runs.ts";
import type { Alert, AlertStore, Attempt, Delivery } from "../../src/status/alert_store.ts";
import { closing, onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aMessage, anAlert, attempt, decision, drain, ending, firing } from "./some_alerts.ts";

const LEASE_MS = 60_000;
const LAPSED_MS = -1_000;
const CHANNELS = ["ops", "pager"];
const ORDER = ["fired", "reminded", "resolved"];
/** How an attempt ends. */
const WAYS: Readonly<Record<"delivered" | "failed" | "cut" | "refused", Partial<Attempt>>> = {
  delivered: { result: "delivered", error: null },
  failed: {},
  cut: { isMaybeTold: true },
  refused: { result: "refused", error: "403" },
};

interface Sent {
  readonly delivery: Delivery;
  isSettled: boolean;
  /** By whom it was sent to, as far as that is known. */
  isHeard: boolean;
}
const ALERTS = 4;

const alert = fc.nat({ max: ALERTS - 1 });
const step = fc.oneof(
  ...(["fire", "remind", "silence", "end"] as const).map((does) =>
    fc.record({ does: fc.constant(does), alert })
  ),
  fc.record({ does: fc.constant("claim" as const), lapses: fc.boolean() }),
  fc.record({
    does: fc.constant("settle" as const),
    which: fc.nat(),
    how: fc.constantFrom(
      "delivered" as const,
      "failed" as const,
      "cut" as const,
      "refused" as const,
    ),
  }),
  fc.record({ does: fc.constant("restart" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface PropertyOptions {
  readonly register?: Register;
  readonly propertyRuns?: number;
}

/** Registers the tests of the contract for one kind of store. */
export function alertsHistoryContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { register, propertyRuns = 25 }: PropertyOptions = {},
): void {
  const test = onStore(name, open, register);

  test("tells whoever heard of a beginning of its end, in every history", async (opened) => {
    let run = 0;
    const history = fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: "max" }),
      async (steps) => {
        await new History(opened, run++).run(steps);
      },
    );
    await fc.assert(history, runs(propertyRuns));
  });
}

/** One history of a few alerts, in channels of its own. */
class History {
  readonly #opened: OpenedStore;
  readonly #channels: readonly string[];
  readonly #alerts: Alert[];
  readonly #state = new Map<number, "fires" | "is silenced" | "is over">();
  #reminders = 0;
  /** In the order in which they were claimed. */
  readonly #sent: Sent[] = [];
  #store: AlertStore;

  constructor(opened: OpenedStore, run: number) {
    this.#opened = opened;
    this.#channels = CHANNELS.map((channel) => `${channel}-${run}`);
    this.#alerts = Array.from({ length: ALERTS }, (_, index) =>
      anAlert(run * ALERTS + index, {
        channels: this.#channels.slice(index >> 1),
        group_key: `${index % 2}`,
      }));
    this.#store = opened.parts.alertStore();
  }

  async run(steps: readonly Step[]): Promise<void> {
    ok(await this.#store.lead());
    for (const one of steps) await this.#do(one);
    for (const number of this.#alerts.keys()) await this.#end(number);
    for (const sent of this.#sent) await this.#settle(sent, "delivered");
    const rest = await drain(this.#store, [...this.#channels]);
    this.#sent.push(...rest.map((delivery) => ({ delivery, isSettled: true, isHeard: true })));
    await this.#store.close();
    await this.#check();
  }

  async #do(one: Step): Promise<void> {
    switch (one.does) {
      case "fire":
        if (this.#state.get(one.alert) === "is over") return;
        this.#state.set(one.alert, "fires");
        return await this.#store.write(firing(this.#alerts[one.alert]!));
      case "remind": {
        if (this.#state.get(one.alert) !== "fires") return;
        const alert = this.#alerts[one.alert]!;
        const count = ++this.#reminders;
        const messages = alert.channels.map((channel) =>
          aMessage(alert, "reminded", { channel, count })
        );
        return await this.#store.write(decision({ alerts: [alert], messages }));
      }
      case "silence": {
        if (this.#state.get(one.alert) !== "fires") return;
        this.#state.set(one.alert, "is silenced");
        const alert = { ...this.#alerts[one.alert]!, suppressed_by: "silence:a" as const };
        return await this.#store.write(decision({ alerts: [alert] }));
      }
      case "end":
        return await this.#end(one.alert);
      case "claim": {
        const leaseMs = one.lapses ? LAPSED_MS : LEASE_MS;
        for (const delivery of await this.#store.claim(this.#channels, leaseMs)) {
          this.#sent.push({ delivery, isSettled: false, isHeard: false });
        }
        return;
      }
      case "settle": {
        const waiting = this.#sent.filter(({ isSettled }) => !isSettled);
        const sent = waiting[one.which % waiting.length];
        return sent && await this.#settle(sent, one.how);
      }
      case "restart":
        await this.#store.close();
        this.#store = this.#opened.parts.alertStore();
        ok(await this.#store.lead());
    }
  }

  async #end(number: number): Promise<void> {
    if ((this.#state.get(number) ?? "is over") === "is over") return;
    this.#state.set(number, "is over");
    await this.#store.write(ending(this.#alerts[number]!));
  }

  async #settle(sent: Sent, how: keyof typeof WAYS): Promise<void> {
    if (sent.isSettled) return;
    sent.isSettled = true;
    sent.isHeard = how === "delivered" || how === "cut";
    await this.#store.settle(attempt(sent.delivery, WAYS[how]));
  }

  get #heard(): Delivery[] {
    return this.#sent.filter(({ isHeard }) => isHeard).map(({ delivery }) => delivery);
  }

  async #check(): Promise<void> {
    await using records = closing(this.#opened.parts.alertRecords());
    for (const number of this.#state.keys()) {
      const { id, channels } = this.#alerts[number]!;
      const messages = await records.messages([id]);
      deepStrictEqual(messages.filter(({ state }) => state === "pending"), []);
      for (const channel of channels) {
        const heard = this.#heard.filter((delivery) => delivery.channel === channel)
          .flatMap(({ messages }) => messages.filter(({ alert }) => alert.id === id))
          .map(({ kind }) => ORDER.indexOf(kind));
        deepStrictEqual(heard, heard.toSorted(), "in order");
        const isTold = heard.includes(ORDER.indexOf("fired"));
        const end = messages.find((one) => one.kind === "resolved" && one.channel === channel)!;
        strictEqual(end.state, isTold ? "delivered" : "superseded", "the end for its beginning");
        strictEqual(heard.includes(ORDER.indexOf("resolved")), isTold);
      }
    }
    this.#checkDeliveries();
    const { unmade, untoldEnds, untoldBeginnings } = await records.sums();
    deepStrictEqual([unmade, untoldEnds, untoldBeginnings], [0, 0, 0]);
  }

  /** A message is always sent under one id, with the same others. */
  #checkDeliveries(): void {
    const sets = new Map<string, string>();
    for (const { id, messages } of this.#heard) {
      const set = messages.map((message) => message.id).join();
      strictEqual(sets.get(id) ?? set, set, "a delivery changed");
      sets.set(id, set);
    }
    const all = [...sets.values()].flatMap((set) => set.split(","));
    strictEqual(new Set(all).size, all.length, "a message went under two ids");
  }
}
