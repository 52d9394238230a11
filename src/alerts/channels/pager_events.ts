/** Who pages people: each alert is an event of its own, by the alert's id, which begins and ends. */
import type { ChannelTargets } from "../../config/alerts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import type { ChannelRequest } from "../http_exchange.ts";
import { headlineOf, isLasting, messageText, subjectOf } from "../message_text.ts";
import {
  type ChannelFormat,
  type FormatContext,
  type Formats,
  jsonRequest,
} from "./channel_format.ts";
import { cut, PLAIN, writeText } from "./markup.ts";

/** See https://developer.pagerduty.com/docs/events-api-v2-trigger-events */
const PAGERDUTY_SUMMARY_LENGTH_MAX = 1_024;
/** See https://docs.opsgenie.com/docs/alert-api#create-alert */
const OPSGENIE_MESSAGE_LENGTH_MAX = 130;
const OPSGENIE_DESCRIPTION_LENGTH_MAX = 15_000;
const OPSGENIE_TAGS_MAX = 20;
const OPSGENIE_TAG_LENGTH_MAX = 50;

const OPSGENIE_PRIORITIES: ReadonlyMap<string, string> = new Map([
  ["critical", "P1"],
  ["warning", "P3"],
]);

export const PAGER_FORMATS: Formats<"opsgenie" | "pagerduty"> = {
  /** And the operations of Jira Service Management, which took over its API. */
  opsgenie: eachOf(opsgenieRequest),
  /** By its Events API v2. */
  pagerduty: eachOf(pagerdutyRequest),
};

/** A digest is no event: it is about what is over, and would page somebody. */
function eachOf<Target>(
  requestOf: (target: Target, message: AlertMessage, context: FormatContext) => ChannelRequest,
): ChannelFormat<Target> {
  return (target, { messages }, context) =>
    messages.filter(({ kind }) => kind !== "digest")
      .map((message) => requestOf(target, message, context));
}

function opsgenieRequest(
  { apiKey, url }: ChannelTargets["opsgenie"],
  message: AlertMessage,
  context: FormatContext,
): ChannelRequest {
  const { alert: { id, kind, severity, detail } } = message;
  const headers = { authorization: `GenieKey ${apiKey}` };
  const [source, headline] = ["sitemon", headlineOf(message)];
  if (!isLasting(message.kind)) {
    const path = `${url.replace(/\/$/, "")}/${id}/close?identifierType=alias`;
    return jsonRequest(path, { source, note: headline }, { headers });
  }
  const text = messageText({ messages: [message] }, context);
  const labels = Object.entries(detail.labels).map(([name, value]) => `${name}:${value}`);
  const tags = [kind, ...labels].filter((tag) => tag.length <= OPSGENIE_TAG_LENGTH_MAX);
  return jsonRequest(url, {
    alias: id,
    message: cut(headline, OPSGENIE_MESSAGE_LENGTH_MAX),
    description: writeText(text, PLAIN, { lengthMax: OPSGENIE_DESCRIPTION_LENGTH_MAX }),
    entity: subjectOf(message),
    source,
    priority: OPSGENIE_PRIORITIES.get(severity) ?? "P5",
    tags: tags.slice(0, OPSGENIE_TAGS_MAX),
  }, { headers });
}

function pagerdutyRequest(
  { routingKey, url }: ChannelTargets["pagerduty"],
  message: AlertMessage,
  context: FormatContext,
): ChannelRequest {
  const { alert: { id, kind, severity, began_at, group_key, detail } } = message;
  const event = { routing_key: routingKey, dedup_key: id };
  if (!isLasting(message.kind)) return jsonRequest(url, { ...event, event_action: "resolve" });
  const { facts, links } = messageText({ messages: [message] }, context).entries[0]!;
  const isKnown = ["critical", "warning", "info"].includes(severity);
  return jsonRequest(url, {
    ...event,
    event_action: "trigger",
    client: "sitemon",
    client_url: context.publicUrl,
    links: links.map(({ label, url }) => ({ href: url, text: label })),
    payload: {
      summary: cut(headlineOf(message), PAGERDUTY_SUMMARY_LENGTH_MAX),
      source: subjectOf(message),
      severity: isKnown ? severity : "error",
      timestamp: began_at.toISOString(),
      component: subjectOf(message),
      group: group_key,
      class: kind,
      custom_details: { facts, labels: detail.labels },
    },
  });
}
