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
 * The subjects of a topic. Gaps are another record in the same topic, so that they never share the
 * subject of the reports: in one subject neither could be a version of the other.
 */
export function subjectsOf(topic: string, strategy: SubjectStrategy): readonly Subject[] {
  return [
    { kind: "report", subject: subjectOf("report", topic, strategy), schema: SITE_REPORT_SCHEMA },
    { kind: "gap", subject: subjectOf("gap", topic, strategy), schema: GAP_SCHEMA },
  ];
}

/** The subject of a kind of record in a topic. */
function subjectOf(kind: Subject["kind"], topic: string, strategy: SubjectStrategy): string {
  const { name } = kind === "report" ? SITE_REPORT_SCHEMA : GAP_SCHEMA;
  if (strategy === "topic_record_name") return `${topic}-${name}`;
  return kind === "report" && strategy === "topic_name" ? `${topic}-value` : name;
}
