/**
 * A report that is encoded except for what the outbox adds: when it was recorded, by which producer
 * and as which sequence. Encoded once, in the thread that made it, it travels as bytes.
 */
import { Buffer } from "node:buffer";
import { datumWriter, SCRATCH_BYTES, singleObjectHeader } from "./codec.ts";
import type { FieldSchema } from "./avro_schema.ts";
import { BLANK_REPORT } from "./fields.ts";
import { INTERNAL_ERROR, type Outcome } from "./outcome.ts";
import type { SiteReport, TracedReport } from "./report.ts";
import { SITE_REPORT_SCHEMA } from "./schema.ts";

/** What the outbox has to know about a report, and the rest of it as bytes. */
export interface ReportDraft {
  readonly site: string;
  readonly outcome: Outcome;
  /** Single-object encoded Avro without the fields of a {@linkcode Stamp}. */
  readonly bytes: Uint8Array;
  /** Where `recorded_at` belongs in the bytes; the other fields follow at their end. */
  readonly split: number;
  /** Names the span of its check, if it has one. */
  readonly traceparent: string | undefined;
}

/** What the outbox adds. */
export type Stamp = Pick<SiteReport, "recorded_at" | "producer_id" | "sequence">;

/** A report that does not fit its type. It would block all others if it were tried again. */
export class UnencodableReportError extends TypeError {
  override readonly name = "UnencodableReportError";
}

const { fields } = SITE_REPORT_SCHEMA;
const RECORDED_AT = fields.findIndex(({ name }) => name === "recorded_at");
const IDENTITY = fields.findIndex(({ name }) => name === "producer_id");

const HEADER = singleObjectHeader(SITE_REPORT_SCHEMA);
const writeBefore = datumWriter<SiteReport>(partOf(fields.slice(0, RECORDED_AT)));
const writeRecordedAt = datumWriter<Stamp>(partOf([fields[RECORDED_AT]!]));
const writeAfter = datumWriter<SiteReport>(partOf(fields.slice(RECORDED_AT + 1, IDENTITY)));
const writeIdentity = datumWriter<Stamp>(partOf(fields.slice(IDENTITY)));

/** Bytes of a stamp beside the producer's id: three variable-length numbers, of ten bytes at most. */
const STAMP_BYTES_MAX = 30;

const scratch = Buffer.concat([HEADER], SCRATCH_BYTES);

/** Encodes what a check has found. Throws {@linkcode UnencodableReportError}. */
export function draftOf(report: TracedReport): ReportDraft {
  const { site, outcome, traceparent } = report;
  return { site, outcome, ...encode(report), traceparent };
}

/** What is kept in place of a report that cannot be encoded: that its site was checked, and no more. */
export function withoutFindings(report: TracedReport): TracedReport {
  const { url, site, location, checked_at, next_check_ms, traceparent } = report;
  return {
    ...BLANK_REPORT,
    ...{ url, site, location, checked_at, next_check_ms },
    ...{ outcome: "inconclusive", reason: "internal", error_text: INTERNAL_ERROR },
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function encode(report: SiteReport): Pick<ReportDraft, "bytes" | "split"> {
  try {
    for (let room = scratch;;) {
      const split = writeBefore(report, room, HEADER.length);
      const end = split < 0 ? split : writeAfter(report, room, split);
      // From a pool: a memory of its own takes three times longer to make.
      if (end >= 0) return { bytes: Buffer.from(room.subarray(0, end)), split };
      room = Buffer.concat([room], room.length - end);
    }
  } catch (cause) {
    throw new UnencodableReportError(
      `report of "${report.site}" does not fit its schema: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * The reports' bytes, as `encodeReport()` gives them: the first one with this stamp, and each other
 * with the next sequence and microsecond. They are views of one memory, since a thousand memories
 * take longer to make than what is in them (5.5 µs a report, where this takes 0.9).
 */
export function completeDrafts(drafts: readonly ReportDraft[], first: Stamp): Uint8Array[] {
  const stampBytes = STAMP_BYTES_MAX + Buffer.byteLength(first.producer_id);
  const lengths = drafts.map(({ bytes }) => bytes.length + stampBytes);
  const room = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0));
  const stamp = { ...first };
  let end = 0;
  return drafts.map(({ bytes, split }) => {
    const start = end;
    room.set(bytes, start);
    end = writeRecordedAt(stamp, room, start + split);
    room.set(bytes.subarray(split), end);
    end = writeIdentity(stamp, room, end + bytes.length - split);
    stamp.sequence++;
    stamp.recorded_at++;
    return room.subarray(start, end);
  });
}

/** Avro writes the fields of a record one after another, so that a record of some is a part of it. */
function partOf(some: readonly FieldSchema[]): typeof SITE_REPORT_SCHEMA {
  return { ...SITE_REPORT_SCHEMA, fields: some };
}
