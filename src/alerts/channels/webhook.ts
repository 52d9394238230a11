/**
 * Any receiver of webhooks: the payload of Alertmanager's webhook, version 4, which many take, and
 * the headers of Standard Webhooks, by which a receiver knows the sender and what it already has.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import type { ChannelTargets } from "../../config/alerts.ts";
import { inParts } from "../../runtime/in_parts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import { isLasting } from "../message_text.ts";
import { type ChannelFormat, type FormatContext, jsonRequest } from "./channel_format.ts";
import { annotationsOf, commonOf, labelsOf } from "./prometheus_alert.ts";

/** Of one request: half a megabyte, where servers often refuse more than one. */
export const WEBHOOK_ALERTS_MAX = 500;
/** As Alertmanager writes the end of what has none. */
const NO_END = "0001-01-01T00:00:00Z";

export const webhookRequests: ChannelFormat<ChannelTargets["webhook"]> = (
  target,
  { id, messages },
  context,
) =>
  inParts(messages, WEBHOOK_ALERTS_MAX).map((part, index) => {
    const request = jsonRequest(target.url, payloadOf(part, context), target);
    const own = index === 0 ? id : `${id}-${index + 1}`;
    const timestamp = String(Math.floor(context.nowMs / 1_000));
    const signature = target.secret === undefined
      ? {}
      : { "webhook-signature": signed(`${own}.${timestamp}.${request.body}`, target.secret) };
    const headers = { "webhook-id": own, "webhook-timestamp": timestamp, ...signature };
    return { ...request, headers: { ...request.headers, ...headers } };
  });

function payloadOf(messages: readonly AlertMessage[], context: FormatContext) {
  const { name, publicUrl } = context;
  const alerts = messages.map((message) => alertOf(message, context));
  return {
    version: "4",
    groupKey: `${name}:${messages[0]!.alert.group_key}`,
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
    receiver: name,
    groupLabels: {},
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: publicUrl ?? "",
    alerts,
  };
}

function alertOf(message: AlertMessage, context: FormatContext) {
  const { alert, kind } = message;
  const annotations = annotationsOf(message, context);
  return {
    status: isLasting(kind) ? "firing" : "resolved",
    labels: labelsOf(alert),
    annotations,
    startsAt: alert.began_at.toISOString(),
    endsAt: isLasting(kind) ? NO_END : (alert.ended_at ?? message.created_at).toISOString(),
    generatorURL: annotations.page_url ?? "",
    fingerprint: alert.id.replaceAll("-", "").slice(0, 16),
  };
}

function signed(content: string, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}
