/** Where the audit of a producer begins: at the first sequence that the store must still have. */
import { AFTER_HORIZON_MICROS, type AuditReader, type KeptReport } from "./audit_reader.ts";

export interface CoverOptions {
  readonly producerId: string;
  readonly horizonMicros: number | null;
  /** Only what was recorded since, in microseconds since 1970. */
  readonly sinceMicros?: number;
  /** The lowest sequence that is known from elsewhere than the history to be kept. */
  readonly lowestBeside: number;
  readonly last: KeptReport | undefined;
}

/** Undefined when no sequence is covered. */
export async function firstCovered(
  reader: AuditReader,
  options: CoverOptions,
): Promise<number | undefined> {
  const kept = await firstKept(reader, options);
  const { sinceMicros } = options;
  if (kept === undefined || sinceMicros === undefined) return kept;
  const { before, found } = await searchRecorded(reader, options, sinceMicros);
  // What is missing right before the first report of that time may be of that time too.
  if (before !== undefined) return Math.max(kept, before.sequence + 1);
  return found === undefined ? kept : Math.max(kept, found.sequence);
}

async function firstKept(
  reader: AuditReader,
  options: CoverOptions,
): Promise<number | undefined> {
  const { producerId, horizonMicros, lowestBeside } = options;
  const first = horizonMicros === null
    ? await reader.atOrAfter(producerId, 0)
    : (await searchRecorded(reader, options, horizonMicros + AFTER_HORIZON_MICROS)).found;
  const lowest = Math.min(first?.sequence ?? Infinity, lowestBeside);
  return lowest === Infinity ? undefined : lowest;
}

/**
 * The last report that was recorded before a time, and the first one that was not. By halves, as
 * recorded_at rises with the sequence: no index holds it, and the history may be large.
 */
async function searchRecorded(
  reader: AuditReader,
  { producerId, last }: CoverOptions,
  micros: number,
): Promise<{ before?: KeptReport; found?: KeptReport }> {
  const first = await reader.atOrAfter(producerId, 0);
  if (first === undefined || last === undefined) return {};
  if (first.recordedAt >= micros) return { found: first };
  if (last.recordedAt < micros) return { before: last };
  let before = first;
  let found = last;
  let foundFrom = last.sequence;
  while (foundFrom - before.sequence > 1) {
    const middle = before.sequence + Math.floor((foundFrom - before.sequence) / 2);
    const report = (await reader.atOrAfter(producerId, middle))!;
    if (report.recordedAt < micros) before = report;
    else {
      found = report;
      foundFrom = middle;
    }
  }
  return { before, found };
}
