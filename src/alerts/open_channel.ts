/** Opens a channel by its configuration: the only place that knows which kinds there are. */
import type { AlertChannel } from "../config/alerts.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Redact } from "../runtime/telemetry/redaction.ts";
import type { Delivery } from "../status/alert_store.ts";
import type { Channel, ChannelContext } from "./channel.ts";
import { alertmanagerRequests } from "./channels/alertmanager.ts";
import type { FormatContext } from "./channels/channel_format.ts";
import { discordRequests } from "./channels/discord.ts";
import { EmailChannel } from "./channels/email.ts";
import { HttpChannel, type HttpChannelOptions } from "./channels/http_channel.ts";
import { mattermostRequests } from "./channels/mattermost.ts";
import { ntfyRequests } from "./channels/ntfy.ts";
import { opsgenieRequests } from "./channels/opsgenie.ts";
import { pagerdutyRequests } from "./channels/pagerduty.ts";
import { slackRequests } from "./channels/slack.ts";
import { teamsRequests } from "./channels/teams.ts";
import { telegramRequests } from "./channels/telegram.ts";
import { webhookRequests } from "./channels/webhook.ts";

export interface OpenChannelOptions extends ChannelContext {
  readonly redact: Redact;
  readonly clock: Clock;
}

type Receiver = HttpChannelOptions["receivers"][number];

export function openChannel(channel: AlertChannel, options: OpenChannelOptions): Channel {
  const { name } = channel;
  if ("email" in channel) return new EmailChannel({ ...options, name, target: channel.email });
  return new HttpChannel({ ...options, name, receivers: receiversOf(channel) });
}

function receiversOf(channel: Exclude<AlertChannel, { email: unknown }>): readonly Receiver[] {
  if ("alertmanager" in channel) {
    return channel.alertmanager.urls.map((url) => (delivery, context) =>
      alertmanagerRequests({ url }, delivery, context)
    );
  }
  return [(delivery: Delivery, context: FormatContext) => {
    if ("webhook" in channel) return webhookRequests(channel.webhook, delivery, context);
    if ("pagerduty" in channel) return pagerdutyRequests(channel.pagerduty, delivery, context);
    if ("slack" in channel) return slackRequests(channel.slack, delivery, context);
    if ("mattermost" in channel) return mattermostRequests(channel.mattermost, delivery, context);
    if ("discord" in channel) return discordRequests(channel.discord, delivery, context);
    if ("teams" in channel) return teamsRequests(channel.teams, delivery, context);
    if ("ntfy" in channel) return ntfyRequests(channel.ntfy, delivery, context);
    if ("telegram" in channel) return telegramRequests(channel.telegram, delivery, context);
    return opsgenieRequests(channel.opsgenie, delivery, context);
  }];
}
