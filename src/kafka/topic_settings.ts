/** What the settings of a topic do to the reports in it. */
import { HOUR_MS } from "../runtime/time_units.ts";

/** By Kafka's names; a broker leaves out those that it does not know. */
export type TopicSettings = ReadonlyMap<string, string>;

/** The settings that matter here. */
export const EXAMINED_SETTINGS = [
  "cleanup.policy",
  "compression.type",
  "max.message.bytes",
  "message.timestamp.type",
  "retention.bytes",
  "retention.ms",
] as const;

/** A report whose texts are all as long as they may be has some 70 kB in ASCII. */
const MAX_MESSAGE_BYTES_MIN = 131_072;

/** What of it loses reports, with what to do. */
export function topicProblems(settings: TopicSettings): string[] {
  const problems: string[] = [];
  const policy = settings.get("cleanup.policy") ?? "";
  const bytesMax = Number(settings.get("max.message.bytes") ?? Infinity);
  const retentionMs = Number(settings.get("retention.ms") ?? -1);
  if (policy.includes("compact")) {
    const text =
      `"cleanup.policy" is "${policy}": of each site all reports but the newest are deleted`;
    problems.push(`${text}; set "delete"`);
  }
  if (bytesMax < MAX_MESSAGE_BYTES_MIN) {
    const text = `"max.message.bytes" is ${bytesMax}: larger reports are refused and dropped`;
    problems.push(`${text}; set at least ${MAX_MESSAGE_BYTES_MIN}`);
  }
  if (policy.includes("delete") && retentionMs >= 0 && retentionMs < HOUR_MS) {
    const text = `"retention.ms" is ${retentionMs}: what no consumer has read by then is lost`;
    problems.push(`${text}; set at least ${HOUR_MS}`);
  }
  return problems;
}
