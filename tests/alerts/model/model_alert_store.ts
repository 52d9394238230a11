// deno-lint-ignore-file require-await -- the port is asynchronous, and its errors are rejections
/** The alert port in the simplest form that is right: what the stores do, without a database. */
import {
  type Alert,
  type AlertMessage,
  type AlertStore,
  type Attempt,
  type Decision,
  type Delivery,
  DELIVERY_MESSAGES_MAX,
  type Look,
  type LookOptions,
  MESSAGE_EXPIRES_MS,
  type MessageState,
  type Mute,
} from "../../../src/status/alert_store.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import type { World } from "./world.ts";

export interface ModelMessage {
  message: AlertMessage;
  state: MessageState;
  /** The delivery that it belongs to since it was first claimed. */
  delivery: string | null;
  leasedUntilMs: number;
  mayBeTold: boolean;
}

export class ModelAlertStore implements AlertStore {
  readonly alerts = new Map<string, Alert>();
  readonly messages = new Map<string, ModelMessage>();
  mutes: Mute[] = [];
  isLeader = true;
  /** Calls of this method fail. */
  failing: "look" | "write" | undefined;
  readonly #world: World;
  readonly #started = new Map<string, Date>();
  readonly #retryAtMs = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  lead(): Promise<boolean> {
    return Promise.resolve(this.isLeader);
  }

  async look({ sites, checks, changed, rules, endedAfter }: LookOptions): Promise<Look> {
    if (this.failing === "look") throw new StoreUnavailableError("away");
    const { now } = this.#world;
    for (const rule of rules) if (!this.#started.has(rule)) this.#started.set(rule, now);
    return {
      now,
      started: Object.fromEntries(rules.map((rule) => [rule, this.#started.get(rule)!])),
      recent: sites.map((key) => ({ ...key, checks: this.#world.checksOf(key).slice(0, checks) })),
      ended: changed.flatMap((key) => this.#world.ended(key, endedAfter)),
      alerts: [...this.alerts.values()]
        .filter(({ ended_at }) => ended_at === null || ended_at > endedAfter),
      mutes: this.mutes.filter(({ from, until }) => from <= now && until > endedAfter),
    };
  }

  async write({ alerts, messages }: Decision): Promise<void> {
    if (this.failing === "write") throw new StoreUnavailableError("away");
    for (const alert of alerts) {
      const known = this.alerts.get(alert.id);
      if (known?.ended_at) continue;
      const { acked_at, acked_by, ack_reason } = known ?? alert;
      this.alerts.set(alert.id, { ...alert, acked_at, acked_by, ack_reason });
    }
    for (const message of messages) {
      const known = this.messages.get(message.id);
      if (known !== undefined && known.state !== "suppressed") continue;
      const untold = { delivery: null, leasedUntilMs: 0, mayBeTold: false };
      this.messages.set(message.id, { message, state: "pending", ...untold });
    }
    for (const { id } of alerts) this.#settleAlert(id);
  }

  async claim(channels: readonly string[], leaseMs: number): Promise<readonly Delivery[]> {
    const { nowMs } = this.#world;
    for (const one of this.#pending()) {
      if (nowMs - +one.message.created_at > MESSAGE_EXPIRES_MS) one.state = "expired";
    }
    return channels.filter((channel) => (this.#retryAtMs.get(channel) ?? 0) <= nowMs)
      .flatMap((channel) => {
        const claimed = this.#claimable(channel);
        if (claimed.length === 0) return [];
        const id = claimed[0]!.delivery ?? claimed[0]!.message.id;
        for (const one of claimed) {
          Object.assign(one, { delivery: id, leasedUntilMs: nowMs + leaseMs, mayBeTold: true });
        }
        const messages = claimed.map(({ message }) => message);
        return [{ id, channel, messages, attempt: 1 }];
      });
  }

  async settle({ delivery, result, isMaybeTold, retryMs }: Attempt): Promise<void> {
    this.#retryAtMs.set(delivery.channel, this.#world.nowMs + (retryMs ?? 0));
    for (const { id, alert } of delivery.messages) {
      const one = this.messages.get(id)!;
      one.leasedUntilMs = 0;
      if (result === "delivered") one.state = "delivered";
      else if (!isMaybeTold && !this.toldBefore.has(id)) one.mayBeTold = false;
      if (isMaybeTold || result === "delivered") this.toldBefore.add(id);
      this.#settleAlert(alert.id);
    }
  }

  /** Messages of which an attempt may have told. */
  readonly toldBefore = new Set<string>();

  close(): Promise<void> {
    return Promise.resolve();
  }

  #pending(): ModelMessage[] {
    return [...this.messages.values()].filter(({ state }) => state === "pending");
  }

  /** A delivery that failed, whole; else a group of which a message is due. */
  #claimable(channel: string): ModelMessage[] {
    const { nowMs } = this.#world;
    const pending = this.#pending().filter(({ message }) => message.channel === channel);
    const first = new Map<string, ModelMessage>();
    for (const one of pending) {
      if (!first.has(one.message.alert.id)) first.set(one.message.alert.id, one);
    }
    const free = [...first.values()].filter(({ leasedUntilMs }) => leasedUntilMs <= nowMs);
    const again = free.find(({ delivery }) => delivery !== null);
    if (again !== undefined) return free.filter(({ delivery }) => delivery === again.delivery);
    const due = free.find(({ message }) => +message.due_at <= nowMs);
    const key = due?.message.alert.group_key;
    return free.filter(({ message }) => due !== undefined && message.alert.group_key === key)
      .slice(0, DELIVERY_MESSAGES_MAX);
  }

  /** Ends what nobody can have been told, of an alert that ended or is held back. */
  #settleAlert(id: string): void {
    const alert = this.alerts.get(id)!;
    const isOver = alert.ended_at !== null;
    if (!isOver && alert.suppressed_by === null) return;
    const own = [...this.messages.values()].filter(({ message }) => message.alert.id === id);
    for (const channel of alert.channels) {
      const messages = own.filter(({ message }) => message.channel === channel);
      const beginnings = messages.filter(({ message: { kind } }) =>
        kind === "fired" || kind === "reminded" || (isOver && kind === "flapping")
      );
      for (const one of beginnings) {
        if (one.state !== "pending" || one.mayBeTold) continue;
        one.state = isOver ? "superseded" : "suppressed";
      }
      const isKnown = messages.some(({ message: { kind }, state, mayBeTold }) =>
        (kind === "fired" || kind === "flapping") && (state === "delivered" || mayBeTold)
      );
      const end = messages.find(({ message }) => message.kind === "resolved");
      if (end?.state === "pending" && !end.mayBeTold && !isKnown) end.state = "superseded";
    }
  }
}
