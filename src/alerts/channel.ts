/** A channel as the notifier uses it: something that takes a delivery, or says why it does not. */
import type { Clock } from "../runtime/clock.ts";
import type { ChannelTargets } from "../config/alerts.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Redact } from "../runtime/telemetry/redaction.ts";
import type { Attempt, Delivery } from "../status/alert_store.ts";
import type { MessageTextOptions } from "./message_text.ts";

/** No sending takes longer: the lease of a delivery ends later. */
export const SEND_MS_MAX = 20_000;

/** What came of sending; the notifier adds when it is tried again. */
export interface Sent extends Pick<Attempt, "result" | "isMaybeTold" | "error"> {
  /** What the receiver asks for, or what is known to be enough. */
  readonly retryAfterMs?: number;
  /** What came back, for `sitemon alerts test`: without secrets and control characters. */
  readonly answer: string;
}

/** How fast a receiver is told that takes few alerts at once. */
export interface Pace {
  /** Of one delivery: few, since what ends before it is claimed need not be told. */
  readonly messagesMax: number;
  /** After a delivery, for each of its messages. */
  readonly pauseMs: number;
}

export interface Channel {
  readonly name: string;
  readonly pace?: Pace | undefined;
  /** Never rejects, and ends soon after the signal aborts. */
  send(delivery: Delivery, signal: AbortSignal): Promise<Sent>;
}

/** What a kind of channel does with a delivery, in the time that it has: never rejects, ends soon after. */
export type Sending = (
  delivery: Delivery,
  deadline: Deadline,
  told: MessageTextOptions,
) => Promise<Sent>;

/** A message of a topic, in UTF-8. */
export interface TopicEvent {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends to a topic. Never rejects, and ends soon after the signal aborts. */
export type Produce = (
  target: ChannelTargets["kafka"],
  events: readonly TopicEvent[],
  signal: AbortSignal,
) => Promise<Omit<Sent, "answer">>;

/** What a channel's parts need to know beside its configuration. */
export interface ChannelContext {
  /** Of the status page, for links. */
  readonly publicUrl?: string | undefined;
  /** True for addresses that must not be connected to. */
  readonly denies: (address: string) => boolean;
  readonly redact: Redact;
  readonly clock: Clock;
  /** From outside, since it needs a library of its own. */
  readonly produce: Produce;
}
