/** PagerDuty, by its Events API v2: each alert is an incident of its own, by the alert's id. */
import type { ChannelTargets } from "../../config/alerts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import { headlineOf, isLasting, messageText, subjectOf } from "../message_text.ts";
import { type ChannelFormat, type FormatContext, jsonRequest } from "./channel_format.ts";
import { cut } from "./markup.ts";

/** See https://developer.pagerduty.com/docs/events-api-v2-trigger-events */
export const PAGERDUTY_SUMMARY_LENGTH_MAX = 1_024;

/** A digest is no event: it is about what is over, and would page somebody. */
export const pagerdutyRequests: ChannelFormat<ChannelTargets["pagerduty"]> = (
  { routingKey, url },
  { messages },
  context,
) =>
  messages.filter(({ kind }) => kind !== "digest").map((message) => {
    const event = { routing_key: routingKey, dedup_key: message.alert.id };
    return jsonRequest(
      url,
      isLasting(message.kind)
        ? { ...event, event_action: "trigger", ...triggerOf(message, context) }
        : { ...event, event_action: "resolve" },
    );
  });

function triggerOf(message: AlertMessage, context: FormatContext) {
  const { alert } = message;
  const { publicUrl } = context;
  const { entries: [entry] } = messageText({ messages: [message] }, context);
  const { facts, links } = entry!;
  const severity = ["critical", "warning", "info"].includes(alert.severity)
    ? alert.severity
    : "error";
  return {
    client: "sitemon",
    ...(publicUrl === undefined ? {} : { client_url: publicUrl }),
    links: links.map(({ label, url }) => ({ href: url, text: label })),
    payload: {
      summary: cut(headlineOf(message), PAGERDUTY_SUMMARY_LENGTH_MAX),
      source: subjectOf(message),
      severity,
      timestamp: alert.began_at.toISOString(),
      component: subjectOf(message),
      group: alert.group_key,
      class: alert.kind,
      custom_details: { facts, labels: alert.detail.labels },
    },
  };
}
