/**
 * A report that is encoded but for what the outbox adds: when it was recorded, of which producer and
 * as which sequence. Encoded once, in the thread that made it, it travels as bytes.
 */
import { datumEncoder, singleObjectHeader } from "./codec.ts";
import type { Outcome } from "./outcome.ts";
import type { SiteReport, TracedReport } from "./report.ts";
import { type FieldSchema, SITE_REPORT_SCHEMA } from "./schema.ts";

/** What the outbox has to know of a report, and the rest of it as bytes. */
export interface ReportDraft {
  readonly site: string;
  readonly outcome: Outcome;
  /** Single-object encoded Avro without the fields of a {@linkcode Stamp}. */
  readonly bytes: Uint8Array;
  /** Where `recorded_at` belongs in the bytes; the other fields follow at their end. */
  readonly split: number;
  /** Names the span of its check; absent when it has none. */
  readonly traceparent?: string;
}

/** What the outbox adds. */
export type Stamp = Pick<SiteReport, "recorded_at" | "producer_id" | "sequence">;

/** A report that breaks its own type. It would hold up all others if it were tried again. */
export class UnencodableReportError extends TypeError {
  override readonly name = "UnencodableReportError";
}

const { fields } = SITE_REPORT_SCHEMA;
const RECORDED_AT = fields.findIndex(({ name }) => name === "recorded_at");
const IDENTITY = fields.findIndex(({ name }) => name === "producer_id");

const encodeBefore = datumEncoder<SiteReport>(
  partOf(fields.slice(0, RECORDED_AT)),
  singleObjectHeader(SITE_REPORT_SCHEMA),
);
const encodeAfter = datumEncoder<SiteReport>(partOf(fields.slice(RECORDED_AT + 1, IDENTITY)));
const encodeStamp = datumEncoder<Stamp>(partOf([fields[RECORDED_AT]!, ...fields.slice(IDENTITY)]));

/** Encodes what a check has found. Throws {@linkcode UnencodableReportError}. */
export function draftOf(report: TracedReport): ReportDraft {
  const { site, outcome, traceparent } = report;
  try {
    const before = encodeBefore(report);
    const after = encodeAfter(report);
    const split = before.length;
    const bytes = new Uint8Array(split + after.length);
    bytes.set(before);
    bytes.set(after, split);
    return { site, outcome, bytes, split, ...(traceparent === undefined ? {} : { traceparent }) };
  } catch (cause) {
    throw new UnencodableReportError(
      `Cannot store a report of "${site}" as it must fit its schema: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    );
  }
}

/** The report's bytes, as `encodeReport()` gives them. */
export function completeDraft({ bytes, split }: ReportDraft, stamp: Stamp): Uint8Array {
  const stamped = encodeStamp(stamp);
  const identity = endOfLong(stamped);
  const payload = new Uint8Array(bytes.length + stamped.length);
  payload.set(bytes);
  payload.copyWithin(split + identity, split, bytes.length);
  payload.set(stamped.subarray(0, identity), split);
  payload.set(stamped.subarray(identity), bytes.length + identity);
  return payload;
}

/** Avro writes seven bits a byte, the highest of which says that another one follows. */
function endOfLong(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte < 128) + 1;
}

/** Avro writes the fields of a record one after another, so that a record of some is a part of it. */
function partOf(some: readonly FieldSchema[]): typeof SITE_REPORT_SCHEMA {
  return { ...SITE_REPORT_SCHEMA, fields: some };
}
