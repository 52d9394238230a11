/**
 * A topic of Kafka, by CloudEvents 1.0: an event for each message, whole in its value (the structured
 * mode of the protocol binding), so that readers who see no headers miss nothing.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
import type { ChannelTargets } from "../../config/alerts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import type { ChannelContext, Pace, Sending, TopicEvent } from "../channel.ts";
import { type MessageTextOptions, subjectOf } from "../message_text.ts";
import { jsonOf } from "./channel_format.ts";
import { annotationsOf } from "./prometheus_alerts.ts";

/** An event has some 2 KB: as many as one request takes. */
export const KAFKA_PACE: Pace = { messagesMax: 200, pauseMs: 0 };

const HEADERS = { "content-type": "application/cloudevents+json; charset=UTF-8" };

/** Events of one site have its name as their key, so that a partition has them in their order. */
export function cloudEvent(message: AlertMessage, options: MessageTextOptions): TopicEvent {
  const { alert, id, kind, created_at } = message;
  const { rule, severity, site, location, began_at, ended_at, end, detail } = alert;
  const subject = subjectOf(message);
  const event = {
    specversion: "1.0",
    id,
    source: options.publicUrl ?? "sitemon",
    type: `sitemon.alert.${kind}`,
    subject,
    time: created_at,
    datacontenttype: "application/json",
    data: {
      ...annotationsOf(message, options),
      ...{ rule, kind: alert.kind, severity, site, location, began_at, ended_at, end },
      labels: detail.labels,
      // What a site wrote is in the description, cut.
      places: detail.places.map(({ error_text: _, ...place }) => place),
    },
  };
  return { key: subject, value: jsonOf(event), headers: HEADERS };
}

export function kafkaSending(
  target: ChannelTargets["kafka"],
  { produce, redact }: ChannelContext,
): Sending {
  return async ({ messages }, { signal }, told) => {
    const events = messages.map((message) => cloudEvent(message, told));
    const sent = await produce(target, events, signal);
    const error = sent.error && redact(sent.error);
    const answer = error ?? `acknowledged by all replicas of topic "${target.topic}"`;
    return { ...sent, error, answer };
  };
}
