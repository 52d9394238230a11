/** Opens a channel by its configuration: the only place that knows which kinds there are. */
import type { AlertChannel, ChannelKind, ChannelTargets } from "../config/alerts.ts";
import { Deadline } from "../runtime/deadline.ts";
import {
  type Channel,
  type ChannelContext,
  type Pace,
  SEND_MS_MAX,
  type Sending,
} from "./channel.ts";
import { alertmanagerRequests } from "./channels/alertmanager.ts";
import type { ChannelFormat } from "./channels/channel_format.ts";
import { discordRequests } from "./channels/discord.ts";
import { emailSending } from "./channels/email.ts";
import { httpSending, type Receiver } from "./channels/http_channel.ts";
import { KAFKA_PACE, kafkaSending } from "./channels/kafka_channel.ts";
import { mattermostRequests } from "./channels/mattermost.ts";
import { ntfyRequests } from "./channels/ntfy.ts";
import { opsgenieRequests } from "./channels/opsgenie.ts";
import { pagerdutyRequests } from "./channels/pagerduty.ts";
import { slackRequests } from "./channels/slack.ts";
import { teamsRequests } from "./channels/teams.ts";
import { telegramRequests } from "./channels/telegram.ts";
import { webhookRequests } from "./channels/webhook.ts";

/** 100 a minute: PagerDuty takes 120 with one key, and Opsgenie as many as a plan has. */
const ONE_BY_ONE: Pace = { messagesMax: 50, pauseMs: 600 };

type Formats = {
  readonly [Kind in Exclude<keyof ChannelTargets, "email" | "kafka" | "alertmanager">]:
    ChannelFormat<
      ChannelTargets[Kind]
    >;
};

const FORMATS: Formats = {
  discord: discordRequests,
  mattermost: mattermostRequests,
  ntfy: ntfyRequests,
  opsgenie: opsgenieRequests,
  pagerduty: pagerdutyRequests,
  slack: slackRequests,
  teams: teamsRequests,
  telegram: telegramRequests,
  webhook: webhookRequests,
};

export function openChannel({ name, ...kind }: AlertChannel, context: ChannelContext): Channel {
  const { clock, publicUrl } = context;
  const { sending, pace } = opened(kind, name, context);
  return {
    name,
    pace,
    async send(delivery, signal) {
      using deadline = new Deadline(clock, SEND_MS_MAX, signal);
      const sent = await sending(delivery, deadline, {
        nowMs: clock.nowMicros() / 1_000,
        publicUrl,
      });
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
  if ("alertmanager" in kind) {
    return kind.alertmanager.urls.map((url) => (...told) => alertmanagerRequests({ url }, ...told));
  }
  const [[name, target]] = Object.entries(kind) as [[keyof Formats, never]];
  return [(...told) => FORMATS[name](target, ...told)];
}
