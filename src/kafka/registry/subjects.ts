/** Under which names a registry keeps the schemas of a topic: its subjects. */
import type { RecordSchema } from "../../report/avro_schema.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA } from "../../report/schema.ts";

/** By the names of Confluent's strategies. */
export type SubjectStrategy = "topic_name" | "record_name" | "topic_record_name";

/** A schema that this version writes with, and the subject that it is registered in. */
export interface Subject {
  readonly kind: "report" | "gap";
  readonly subject: string;
  readonly schema: RecordSchema;
}

/**
 * The subjects of a topic, and of the topic of gaps where they have their own. Gaps are another record,
 * so that they never share the subject of the reports: in one neither could be a version of the other.
 */
export function subjectsOf(
  topic: string,
  strategy: SubjectStrategy,
  gapTopic?: string,
): readonly Subject[] {
  const gaps = gapTopic ?? topic;
  // By the topic's name alone, a topic has one subject: that of the reports.
  const isOfRecord = strategy === "topic_name" && gapTopic === undefined;
  return [
    {
      kind: "report",
      schema: SITE_REPORT_SCHEMA,
      subject: NAMED[strategy](topic, SITE_REPORT_SCHEMA),
    },
    {
      kind: "gap",
      schema: GAP_SCHEMA,
      subject: NAMED[isOfRecord ? "record_name" : strategy](gaps, GAP_SCHEMA),
    },
  ];
}

const NAMED: Readonly<Record<SubjectStrategy, (topic: string, schema: RecordSchema) => string>> = {
  topic_name: (topic) => `${topic}-value`,
  record_name: (_, { name }) => name,
  topic_record_name: (topic, { name }) => `${topic}-${name}`,
};
