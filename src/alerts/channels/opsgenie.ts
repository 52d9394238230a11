/** Opsgenie and the operations of Jira Service Management, which took over its API. */
import type { ChannelTargets } from "../../config/alerts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import type { ChannelRequest } from "../http_exchange.ts";
import { headlineOf, isLasting, messageText, subjectOf } from "../message_text.ts";
import { type ChannelFormat, type FormatContext, jsonRequest } from "./channel_format.ts";
import { cut, PLAIN, writeText } from "./markup.ts";

/** See https://docs.opsgenie.com/docs/alert-api#create-alert */
export const OPSGENIE_MESSAGE_LENGTH_MAX = 130;
export const OPSGENIE_DESCRIPTION_LENGTH_MAX = 15_000;
const TAGS_MAX = 20;
const TAG_LENGTH_MAX = 50;

const PRIORITIES: ReadonlyMap<string, string> = new Map([
  ["critical", "P1"],
  ["warning", "P3"],
]);

type OpsgenieTarget = ChannelTargets["opsgenie"];

/** A digest is no alert: it is about what is over, and would page somebody. */
export const opsgenieRequests: ChannelFormat<OpsgenieTarget> = (target, { messages }, context) =>
  messages.filter(({ kind }) => kind !== "digest").map((message) =>
    isLasting(message.kind) ? creation(target, message, context) : closure(target, message)
  );

function creation(
  { apiKey, url }: OpsgenieTarget,
  message: AlertMessage,
  context: FormatContext,
): ChannelRequest {
  const { alert } = message;
  const text = messageText({ messages: [message] }, context);
  const labels = Object.entries(alert.detail.labels).map(([name, value]) => `${name}:${value}`);
  const tags = [alert.kind, ...labels].filter((tag) => tag.length <= TAG_LENGTH_MAX);
  return jsonRequest(url, {
    alias: alert.id,
    message: cut(headlineOf(message), OPSGENIE_MESSAGE_LENGTH_MAX),
    description: writeText(text, PLAIN, { lengthMax: OPSGENIE_DESCRIPTION_LENGTH_MAX }),
    entity: subjectOf(message),
    source: "sitemon",
    priority: PRIORITIES.get(alert.severity) ?? "P5",
    tags: tags.slice(0, TAGS_MAX),
  }, { headers: authorization(apiKey) });
}

function closure({ apiKey, url }: OpsgenieTarget, message: AlertMessage): ChannelRequest {
  const path = `${url.replace(/\/$/, "")}/${message.alert.id}/close?identifierType=alias`;
  const body = { source: "sitemon", note: headlineOf(message) };
  return jsonRequest(path, body, { headers: authorization(apiKey) });
}

function authorization(apiKey: string) {
  return { authorization: `GenieKey ${apiKey}` };
}
