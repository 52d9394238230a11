/**
 * Receivers that know the alerts of Prometheus: Alertmanager, which is told as Prometheus tells it,
 * and any that takes webhooks of Alertmanager, with the headers of Standard Webhooks, by which it
 * knows the sender and what it already has.
 *
 * @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 * @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { inParts } from "../../runtime/in_parts.ts";
import type { Alert, AlertMessage } from "../../status/alert_store.ts";
import { headlineOf, isLasting, messageText, type MessageTextOptions } from "../message_text.ts";
import {
  type ChannelFormat,
  type FormatContext,
  type Formats,
  jsonRequest,
} from "./channel_format.ts";

/** What lasts is sent to Alertmanager so often: there an alert ends when nobody sends it any more. */
export const ALERTMANAGER_RESEND_MS = 60_000;
/** Four of them may be missed, as Prometheus has it. */
const ENDS_AHEAD_MS = 4 * ALERTMANAGER_RESEND_MS;
/** Of one request, as Prometheus has it. */
export const ALERTMANAGER_BATCH_MAX = 256;
/** Of one request: half a megabyte, where servers often refuse more than one. */
export const WEBHOOK_ALERTS_MAX = 500;
/** As Alertmanager writes the end of what has none. */
const NO_END = "0001-01-01T00:00:00Z";
/** What the label names of Prometheus are made of. */
const NO_LABEL = /[^a-zA-Z0-9_]/g;

type Words = Readonly<Record<string, string>>;

export const PROMETHEUS_FORMATS: Formats<"webhook"> & {
  /** To one member of a cluster. */
  readonly alertmanager: ChannelFormat<{ readonly url: string }>;
} = {
  alertmanager({ url }, { messages }, context) {
    const address = `${url.replace(/\/$/, "")}/api/v2/alerts`;
    const alerts = messages.map((message) => {
      const endsMs = context.nowMs + (isLasting(message.kind) ? ENDS_AHEAD_MS : 0);
      return { ...alertOf(message, context), endsAt: new Date(endsMs).toISOString() };
    });
    return inParts(alerts, ALERTMANAGER_BATCH_MAX).map((batch) => jsonRequest(address, batch));
  },

  webhook(target, { id, messages }, context) {
    return inParts(messages, WEBHOOK_ALERTS_MAX).map((part, index) => {
      const request = jsonRequest(target.url, payloadOf(part, context), target);
      const own = index === 0 ? id : `${id}-${index + 1}`;
      const timestamp = String(Math.floor(context.nowMs / 1_000));
      const signature = target.secret === undefined
        ? {}
        : { "webhook-signature": signed(`${own}.${timestamp}.${request.body}`, target.secret) };
      const headers = { "webhook-id": own, "webhook-timestamp": timestamp, ...signature };
      return { ...request, headers: { ...request.headers, ...headers } };
    });
  },
};

function signed(content: string, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}

function payloadOf(messages: readonly AlertMessage[], context: FormatContext) {
  const { name, publicUrl = "" } = context;
  const alerts = messages.map((message) => {
    const { generatorURL = "", ...alert } = alertOf(message, context);
    const endedAt = message.alert.ended_at ?? message.created_at;
    return {
      status: isLasting(message.kind) ? "firing" : "resolved",
      ...alert,
      endsAt: isLasting(message.kind) ? NO_END : endedAt.toISOString(),
      generatorURL,
      fingerprint: message.alert.id.replaceAll("-", "").slice(0, 16),
    };
  });
  return {
    version: "4",
    groupKey: `${name}:${messages[0]!.alert.group_key}`,
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
    receiver: name,
    groupLabels: {},
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: publicUrl,
    alerts,
  };
}

/** What all of them have in common. */
function commonOf([first = {}, ...others]: readonly Words[]): Words {
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value)),
  );
}

function alertOf(message: AlertMessage, context: FormatContext) {
  const annotations = annotationsOf(message, context);
  const startsAt = message.alert.began_at.toISOString();
  const labels = labelsOf(message.alert);
  return { labels, annotations, startsAt, generatorURL: annotations.page_url };
}

/** They identify an alert: the same of an alert from its beginning to its end. */
function labelsOf({ rule, kind, severity, site, location, detail }: Alert): Words {
  const { runbook: _runbook, depends_on: _parents, ...labels } = detail.labels;
  const given = Object.entries(labels).map(([name, value]) => {
    const word = name.replace(NO_LABEL, "_");
    return [/^\d/.test(word) ? `_${word}` : word, value] as const;
  });
  return {
    ...Object.fromEntries(given),
    alertname: rule,
    kind,
    severity,
    ...(site === null ? {} : { site }),
    ...(location === null ? {} : { location }),
  };
}

const LINK_NAMES = { "Runbook": "runbook_url", "Status page": "page_url", "Site": "site_url" };

/** What may change while an alert lasts. */
export function annotationsOf(message: AlertMessage, options: MessageTextOptions): Words {
  const { facts, links } = messageText({ messages: [message] }, options).entries[0]!;
  return {
    summary: headlineOf(message),
    description: facts.join("\n"),
    event: message.kind,
    alert_id: message.alert.id,
    ...Object.fromEntries(links.map(({ label, url }) => [LINK_NAMES[label], url])),
  };
}
