/**
 * The audit: was each sequence of a producer applied, announced as dropped, or kept as a dead
 * letter? What is none of these is missing.
 */
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { AuditReader, BesideHistory, KeptReport } from "./audit_reader.ts";
import { firstCovered } from "./first_covered.ts";
import { clipped, normalized, type Run, sizeOf, without } from "../../report/sequence_runs.ts";

/** Ranges of missing sequences that are listed; the others are counted. */
export const RANGES_MAX = 20;
/** Holes of a history held in memory at once: a lost partition leaves millions. */
const HOLES_AT_ONCE = 10_000;

export interface AuditOptions {
  /** Only what was recorded since, in microseconds since 1970. */
  readonly sinceMicros?: number;
  /** By producer: sequences above it are left out, as they may be on their way. */
  readonly highest?: ReadonlyMap<string, number>;
  readonly holesAtOnce?: number;
}

/** What became of a producer's sequences from `first` to `highest`. */
export interface ProducerAudit {
  readonly producerId: string;
  /** Of its newest report that is kept; `null` when none is. */
  readonly location: string | null;
  /** Likewise, in microseconds since 1970. */
  readonly lastRecordedAt: number | null;
  /** The first sequence that is covered. */
  readonly first: number;
  /** The highest that has arrived. */
  readonly highest: number;
  readonly produced: number;
  readonly applied: number;
  readonly dropped: number;
  readonly dead: number;
  readonly missing: number;
  /** The lowest of them, at most {@linkcode RANGES_MAX}. */
  readonly missingRanges: readonly Run[];
  readonly missingRangesLeftOff: number;
}

/** Stands for a partition with messages of the original Python service, which have no sequences. */
export interface V1Producer {
  readonly producerId: string;
  readonly applied: number;
}

export interface Audit {
  readonly producers: readonly ProducerAudit[];
  readonly v1: readonly V1Producer[];
  /** Dead letters that do not say which report they were. */
  readonly deadUnassigned: number;
  /** Reports checked before it were purged, in microseconds since 1970; `null` when none was. */
  readonly horizonMicros: number | null;
}

/** Rejects with the errors of the store port. */
export async function audit(reader: AuditReader, options: AuditOptions = {}): Promise<Audit> {
  const beside = await reader.besideHistory();
  const { byProducer, deadUnassigned } = divided(beside);
  const producers: ProducerAudit[] = [];
  const v1: V1Producer[] = [];
  const ids = new Set([...await reader.producers(), ...byProducer.keys()]);
  for (const producerId of [...ids].sort()) {
    if (V1_ID.test(producerId)) {
      v1.push({ producerId, applied: await reader.count(producerId) });
      continue;
    }
    const known = byProducer.get(producerId) ?? NOTHING;
    const { horizonMicros } = beside;
    const audited = await auditProducer(reader, { ...options, producerId, known, horizonMicros });
    if (audited !== undefined) producers.push(audited);
  }
  return { producers, v1, deadUnassigned, horizonMicros: beside.horizonMicros };
}

/** A uuid of version 5, derived from a partition's name; those of outboxes are random. */
const V1_ID = /^.{14}5/;
/** `producer_id/sequence`, as the header sitemon-id has it. */
const SITEMON_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([1-9]\d{0,14})$/;

/** Sequences of one producer that are known from other tables than its history. */
interface KnownBeside {
  readonly gaps: Run[];
  readonly dead: Run[];
  readonly named: Run[];
}

const NOTHING: KnownBeside = { gaps: [], dead: [], named: [] };

function divided({ gaps, deadLetterIds, named }: BesideHistory) {
  const byProducer = new Map<string, KnownBeside>();
  const known = (producerId: string) => {
    const found = byProducer.get(producerId) ?? { gaps: [], dead: [], named: [] };
    byProducer.set(producerId, found);
    return found;
  };
  for (const { producerId, first, last } of gaps) known(producerId).gaps.push({ first, last });
  for (const { producerId, first, last } of named) known(producerId).named.push({ first, last });
  let deadUnassigned = 0;
  for (const id of deadLetterIds) {
    const [, producerId, sequence] = SITEMON_ID.exec(id ?? "") ?? [];
    if (producerId === undefined) deadUnassigned++;
    else known(producerId).dead.push({ first: Number(sequence), last: Number(sequence) });
  }
  return { byProducer, deadUnassigned };
}

interface ProducerOptions extends AuditOptions {
  readonly producerId: string;
  readonly known: KnownBeside;
  readonly horizonMicros: number | null;
}

/** Undefined when none of its sequences is covered. */
async function auditProducer(
  reader: AuditReader,
  options: ProducerOptions,
): Promise<ProducerAudit | undefined> {
  const { producerId, known, highest: highestOf } = options;
  const last = await reader.last(producerId);
  const beside = normalized([...known.gaps, ...known.dead, ...known.named]);
  // Gaps and dead letters have no time that could be compared with the horizon.
  const kept = options.horizonMicros === null ? beside : known.named;
  const lowestBeside = kept[0]?.first ?? Infinity;
  const first = await firstCovered(reader, { ...options, lowestBeside, last });
  const arrived = Math.max(last?.sequence ?? 0, beside.at(-1)?.last ?? 0);
  const highest = Math.min(arrived, highestOf?.get(producerId) ?? arrived);
  if (first === undefined || highest < first) return undefined;
  const covered = { first, last: highest };
  const { holesAtOnce = HOLES_AT_ONCE } = options;
  const holes = pagesOfHoles(reader, { producerId, first, arrived, last, holesAtOnce });
  return {
    producerId,
    location: last?.location ?? null,
    lastRecordedAt: last?.recordedAt ?? null,
    ...await tally(covered, holes, known),
  };
}

interface HolesOptions {
  readonly producerId: string;
  readonly first: number;
  readonly arrived: number;
  readonly last: KeptReport | undefined;
  readonly holesAtOnce: number;
}

/** A gap that arrived after the last report is not in the history. */
async function* pagesOfHoles(
  reader: AuditReader,
  { producerId, first, arrived, last, holesAtOnce }: HolesOptions,
): AsyncGenerator<readonly Run[], void> {
  if (last === undefined || last.sequence < first) return yield [{ first, last: arrived }];
  let page: readonly Run[];
  let from = first;
  do {
    page = await reader.holes(producerId, { first: from, limit: holesAtOnce });
    yield page;
    from = (page.at(-1)?.last ?? 0) + 1;
  } while (page.length === holesAtOnce);
  if (arrived > last.sequence) yield [{ first: last.sequence + 1, last: arrived }];
}

/** A sequence that is applied counts as applied, whatever else it is; then as dropped. */
async function tally(
  covered: Run,
  pages: AsyncIterable<readonly Run[]>,
  known: KnownBeside,
) {
  const [gaps, deadLetters] = [normalized(known.gaps), normalized(known.dead)];
  let [absent, dropped, dead, missing, ranges] = [0, 0, 0, 0, 0];
  const missingRanges: Run[] = [];
  for await (const page of pages) {
    const holes = clipped(page, covered);
    const silent = without(holes, gaps);
    const lost = without(silent, deadLetters);
    absent += sizeOf(holes);
    dropped += sizeOf(holes) - sizeOf(silent);
    dead += sizeOf(silent) - sizeOf(lost);
    missing += sizeOf(lost);
    ranges += lost.length;
    missingRanges.push(...lost.slice(0, RANGES_MAX - missingRanges.length));
  }
  const { first, last: highest } = covered;
  const produced = highest - first + 1;
  const missingRangesLeftOff = ranges - missingRanges.length;
  const applied = produced - absent;
  return {
    ...{ first, highest, produced, applied, dropped, dead, missing },
    ...{ missingRanges, missingRangesLeftOff },
  };
}

/**
 * How long to wait for what is missing. Partitions are applied in parallel, so that a sequence may
 * arrive a moment after higher ones; a consumer that keeps up needs far less.
 */
export const ON_THE_WAY_MS = 5_000;

export interface AuditTwiceOptions {
  /** Calls `work` with a reader of one snapshot. */
  readonly read: <T>(work: (reader: AuditReader) => Promise<T>) => Promise<T>;
  readonly sinceMicros?: number;
  readonly clock: Clock;
}

/**
 * Audits a store that is being written to: when something is missing, audits again a little later,
 * up to the highest sequences of the first time. Rejects with the errors of the store port.
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
