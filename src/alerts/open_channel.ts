/** Opens a channel by its configuration: the only place that knows which kinds there are. */
import type { AlertChannel, ChannelTargets } from "../config/alerts.ts";
import type { Channel, ChannelContext, Pace } from "./channel.ts";
import { alertmanagerRequests } from "./channels/alertmanager.ts";
import type { ChannelFormat } from "./channels/channel_format.ts";
import { discordRequests } from "./channels/discord.ts";
import { EmailChannel } from "./channels/email.ts";
import { HttpChannel, type Receiver } from "./channels/http_channel.ts";
import { KafkaChannel } from "./channels/kafka_channel.ts";
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

export function openChannel(channel: AlertChannel, context: ChannelContext): Channel {
  const { name, ...kind } = channel;
  if ("email" in kind) return new EmailChannel({ ...context, name, target: kind.email });
  if ("kafka" in kind) return new KafkaChannel({ ...context, name, target: kind.kafka });
  const pace = "pagerduty" in kind || "opsgenie" in kind ? ONE_BY_ONE : undefined;
  return new HttpChannel({ ...context, name, receivers: receiversOf(kind), pace });
}

function receiversOf(kind: object): readonly Receiver[] {
  if ("alertmanager" in kind) {
    const { urls } = kind.alertmanager as ChannelTargets["alertmanager"];
    return urls.map((url) => (...told) => alertmanagerRequests({ url }, ...told));
  }
  const [[name, target]] = Object.entries(kind) as [[keyof Formats, never]];
  return [(...told) => FORMATS[name](target, ...told)];
}
