/** Opens a channel by its configuration: the only place that knows which kinds there are. */
import type { AlertChannel, ChannelKind } from "../config/alerts.ts";
import { Deadline } from "../runtime/deadline.ts";
import {
  type Channel,
  type ChannelContext,
  type Pace,
  SEND_MS_MAX,
  type Sending,
} from "./channel.ts";
import { emailSending } from "./channels/email.ts";
import { httpSending, type Receiver } from "./channels/http_channel.ts";
import { PAGER_FORMATS } from "./channels/pager_events.ts";
import { POST_FORMATS } from "./channels/posts.ts";
import { PROMETHEUS_FORMATS } from "./channels/prometheus_alerts.ts";
import { KAFKA_PACE, kafkaSending } from "./channels/kafka_channel.ts";

/** 100 a minute: PagerDuty takes 120 with one key, and Opsgenie as many as a plan has. */
const ONE_BY_ONE: Pace = { messagesMax: 50, pauseMs: 600 };

const FORMATS = { ...PAGER_FORMATS, ...POST_FORMATS, ...PROMETHEUS_FORMATS };

export function openChannel({ name, ...kind }: AlertChannel, context: ChannelContext): Channel {
  const { clock, publicUrl } = context;
  const { sending, pace } = opened(kind, name, context);
  return {
    name,
    pace,
    async send(delivery, signal) {
      using deadline = new Deadline(clock, SEND_MS_MAX, signal);
      const told = { nowMs: clock.nowMicros() / 1_000, publicUrl };
      const sent = await sending(delivery, deadline, told);
      if (!signal.aborted || sent.result === "delivered") return sent;
      // Stopped by its own side, which another process of it makes up for.
      return { ...sent, retryAfterMs: 0 };
    },
  };
}

function opened(
  kind: ChannelKind,
  name: string,
  context: ChannelContext,
): { readonly sending: Sending; readonly pace?: Pace } {
  if ("email" in kind) return { sending: emailSending(kind.email, context) };
  if ("kafka" in kind) return { sending: kafkaSending(kind.kafka, context), pace: KAFKA_PACE };
  const sending = httpSending({ ...context, name, receivers: receiversOf(kind) });
  return "pagerduty" in kind || "opsgenie" in kind ? { sending, pace: ONE_BY_ONE } : { sending };
}

function receiversOf(kind: ChannelKind): readonly Receiver[] {
  const [[name, target]] = Object.entries(kind) as [[keyof typeof FORMATS, never]];
  const targets = "alertmanager" in kind
    ? kind.alertmanager.urls.map((url) => ({ url }))
    : [target];
  return targets.map((one) => (...told) => FORMATS[name](one as never, ...told));
}
