/** How channels of alerts send to a topic; what Kafka needs is loaded when the first of them does. */
import type { Produce } from "../alerts/channel.ts";
import { systemClock as clock } from "../runtime/clock.ts";

export const produceEvents: Produce = async (target, events, signal) => {
  const { sendAlertEvents } = await import("../kafka/alert_events.ts");
  const { topic, createTopic, ...connection } = target;
  const topicAccess = { topic, createTopic, partitions: -1, replicationFactor: -1 };
  const options = { ...topicAccess, connection, compression: "none", clock } as const;
  return await sendAlertEvents(options, events, signal);
};
