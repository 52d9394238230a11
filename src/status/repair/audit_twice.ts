/** Audits a store that is being written to: what is missing may be on its way. */
import { type Clock, sleep } from "../../runtime/clock.ts";
import { type Audit, audit } from "./audit.ts";
import type { AuditReader } from "./audit_reader.ts";

/**
 * How long what is missing is waited for. Partitions are applied side by side, so that a sequence
 * may arrive a moment after higher ones; a consumer that keeps up needs far less.
 */
export const ON_THE_WAY_MS = 5_000;

export interface AuditTwiceOptions {
  /** Calls back with a reader of this moment. */
  readonly read: <T>(work: (reader: AuditReader) => Promise<T>) => Promise<T>;
  readonly sinceMicros?: number;
  readonly clock: Clock;
}

/**
 * Audits, and when something is missing looks again a little later, no further than the highest
 * sequences of the first look. Rejects with the errors of the store port.
 */
export async function auditTwice(options: AuditTwiceOptions): Promise<Audit> {
  const { read, sinceMicros, clock } = options;
  const limits = sinceMicros === undefined ? {} : { sinceMicros };
  const first = await read((reader) => audit(reader, limits));
  if (first.producers.every(({ missing }) => missing === 0)) return first;
  await sleep(clock, ON_THE_WAY_MS);
  const highest = new Map(
    first.producers.map((producer) => [producer.producerId, producer.highest]),
  );
  return await read((reader) => audit(reader, { ...limits, highest }));
}
