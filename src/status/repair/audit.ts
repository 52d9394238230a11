/**
 * The audit: was each sequence of a producer applied, announced as dropped, or kept as a dead
 * letter? What is none of these is missing.
 */
import { type Clock, sleep } from "../../runtime/clock.ts";
import {
  AFTER_HORIZON_MICROS,
  type AuditReader,
  type BesideHistory,
  type Break,
  type KeptReport,
} from "./audit_reader.ts";
import { clipped, normalized, type Run, sizeOf, without } from "../../report/sequence_runs.ts";
import { parseSitemonId } from "../../report/sitemon_id.ts";

/** Ranges of missing sequences that are listed; the others are counted. */
export const RANGES_MAX = 20;
/** Breaks of a history held in memory at once: a lost partition leaves millions. */
const BREAKS_AT_ONCE = 10_000;

export interface AuditOptions {
  /** Only what was recorded since, in microseconds since 1970. */
  readonly sinceMicros?: number;
  /** By producer: sequences above it are left out, as they may be on their way. */
  readonly highest?: ReadonlyMap<string, number>;
  readonly breaksAtOnce?: number;
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
  /** How many sequences before `first` are not in the store, and not known to have been purged. */
  readonly unknownBefore: number;
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
  /** Sequences that stand for two reports or more, since their outbox was copied or restored. */
  readonly reused: number;
  /** The lowest of them, at most {@linkcode RANGES_MAX}. */
  readonly reusedRanges: readonly Run[];
  readonly reusedRangesLeftOff: number;
}

/** Stands for a partition with messages of the original Python service, which have no sequences. */
export interface V1Producer {
  readonly producerId: string;
  readonly applied: number;
}

/** A producer none of whose sequences are covered, so that nothing is known of what it lost. */
export interface UncoveredProducer {
  readonly producerId: string;
  /** Of its newest report that is kept; `null` when none is. */
  readonly lastRecordedAt: number | null;
}

export interface Audit {
  readonly producers: readonly ProducerAudit[];
  readonly uncovered: readonly UncoveredProducer[];
  /** Producers of the topic's last day of which the store has nothing, as far as samples show. */
  readonly absent?: readonly UncoveredProducer[];
  /** Why the topic could not be examined for them. */
  readonly topicFailure?: string;
  readonly v1: readonly V1Producer[];
  /** Dead letters that do not say which report they were. */
  readonly deadUnassigned: number;
  /** Reports checked before it were purged, in microseconds since 1970; `null` when none was. */
  readonly horizonMicros: number | null;
}

/** Rejects with the errors of the store port. */
export async function audit(reader: AuditReader, options: AuditOptions = {}): Promise<Audit> {
  const beside = await reader.besideHistory();
  const { horizonMicros } = beside;
  const { byProducer, deadUnassigned } = divided(beside);
  const producers: ProducerAudit[] = [];
  const uncovered: UncoveredProducer[] = [];
  const v1: V1Producer[] = [];
  const ids = new Set([...await reader.producers(), ...byProducer.keys()]);
  for (const producerId of [...ids].sort()) {
    if (V1_ID.test(producerId)) {
      v1.push({ producerId, applied: await reader.count(producerId) });
      continue;
    }
    const known = byProducer.get(producerId) ?? NOTHING;
    const last = await reader.last(producerId);
    const oldest = await reader.atOrAfter(producerId, 0);
    const producer = { ...options, producerId, known, horizonMicros, oldest, last };
    const audited = await auditProducer(reader, producer);
    if (audited !== undefined) producers.push(audited);
    else uncovered.push({ producerId, lastRecordedAt: last?.recordedAt ?? null });
  }
  return { producers, uncovered, v1, deadUnassigned, horizonMicros };
}

/** A uuid of version 5, derived from a partition's name; those of outboxes are random. */
const V1_ID = /^.{14}5/;

/** Sequences of one producer that are known from other tables than its history. */
interface KnownBeside {
  readonly gaps: Run[];
  readonly lost: Run[];
  readonly dead: Run[];
  readonly named: Run[];
}

const NOTHING: KnownBeside = { gaps: [], lost: [], dead: [], named: [] };

function divided({ gaps, lost, deadLetterIds, named }: BesideHistory) {
  const byProducer = new Map<string, KnownBeside>();
  const known = (producerId: string) => {
    const found = byProducer.get(producerId) ??
      { gaps: [], lost: [], dead: [], named: [] };
    byProducer.set(producerId, found);
    return found;
  };
  for (const { producerId, first, last } of gaps) known(producerId).gaps.push({ first, last });
  for (const { producerId, first, last } of lost) known(producerId).lost.push({ first, last });
  for (const { producerId, first, last } of named) known(producerId).named.push({ first, last });
  let deadUnassigned = 0;
  for (const text of deadLetterIds) {
    const id = parseSitemonId(text ?? "");
    if (id === undefined) deadUnassigned++;
    else known(id.producerId).dead.push({ first: id.sequence, last: id.sequence });
  }
  return { byProducer, deadUnassigned };
}

/** One producer, as far as it is known before its history is read. */
interface ProducerOptions extends AuditOptions {
  readonly producerId: string;
  readonly known: KnownBeside;
  readonly horizonMicros: number | null;
  readonly oldest: KeptReport | undefined;
  readonly last: KeptReport | undefined;
}

/** Undefined when none of its sequences is covered. */
async function auditProducer(
  reader: AuditReader,
  options: ProducerOptions,
): Promise<ProducerAudit | undefined> {
  const { producerId, known, last } = options;
  const beside = normalized([...known.gaps, ...known.lost, ...known.dead, ...known.named]);
  // Gaps and dead letters have no time that could be compared with the horizon.
  const lowestBeside = (wasPurged(options) ? known.named : beside)[0]?.first ?? Infinity;
  const kept = await firstKept(reader, options, lowestBeside);
  const first = await firstCovered(reader, options, kept);
  const arrived = Math.max(last?.sequence ?? 0, beside.at(-1)?.last ?? 0);
  const highest = Math.min(arrived, options.highest?.get(producerId) ?? arrived);
  if (first === undefined || highest < first) return undefined;
  const pages = pagesOfBreaks(reader, options, { first, last: arrived });
  return {
    producerId,
    location: last?.location ?? null,
    lastRecordedAt: last?.recordedAt ?? null,
    unknownBefore: first === kept && !wasPurged(options) ? first - 1 : 0,
    ...await tally({ first, last: highest }, pages, known),
  };
}

/** A purge leaves the reports that were recorded right after the horizon; without one, it took none. */
function wasPurged({ horizonMicros, oldest }: ProducerOptions): boolean {
  if (horizonMicros === null) return false;
  return oldest === undefined || oldest.recordedAt < horizonMicros + AFTER_HORIZON_MICROS;
}

/** The first sequence that is compared, of those that the store must still have from `kept` on. */
async function firstCovered(
  reader: AuditReader,
  options: ProducerOptions,
  kept: number | undefined,
): Promise<number | undefined> {
  const { sinceMicros } = options;
  if (kept === undefined || sinceMicros === undefined) return kept;
  const { before, found } = await searchRecorded(reader, options, sinceMicros);
  // What is missing right before the first report of that time may be of that time too.
  if (before !== undefined) return Math.max(kept, before.sequence + 1);
  return found === undefined ? kept : Math.max(kept, found.sequence);
}

/**
 * The first sequence that the store must still have; undefined when there is none. `lowestBeside` is
 * the lowest that is known from elsewhere than the history to be kept.
 */
async function firstKept(
  reader: AuditReader,
  options: ProducerOptions,
  lowestBeside: number,
): Promise<number | undefined> {
  const { horizonMicros, oldest } = options;
  const first = horizonMicros === null
    ? oldest
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
  { producerId, oldest: first, last }: ProducerOptions,
  micros: number,
): Promise<{ before?: KeptReport; found?: KeptReport }> {
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

/** A page of a history's breaks, rising. */
interface BreaksPage {
  readonly holes: readonly Run[];
  readonly reused: readonly number[];
}

/** A gap that arrived after the last report is not in the history. */
async function* pagesOfBreaks(
  reader: AuditReader,
  { producerId, last, breaksAtOnce = BREAKS_AT_ONCE }: ProducerOptions,
  { first, last: arrived }: Run,
): AsyncGenerator<BreaksPage, void> {
  const hole = (first: number): BreaksPage => ({ holes: [{ first, last: arrived }], reused: [] });
  if (last === undefined || last.sequence < first) return yield hole(first);
  let page: readonly Break[];
  let from = first;
  do {
    page = await reader.breaks(producerId, { first: from, limit: breaksAtOnce });
    yield pageOf(page);
    const { before, sequence } = page.at(-1) ?? { before: from, sequence: from };
    // After a hole, the report that ends it may be the first of two.
    from = before === sequence ? sequence + 1 : sequence;
  } while (page.length === breaksAtOnce);
  if (arrived > last.sequence) yield hole(last.sequence + 1);
}

function pageOf(page: readonly Break[]): BreaksPage {
  const isReuse = ({ before, sequence }: Break) => before === sequence;
  return {
    holes: page.filter((it) => !isReuse(it))
      .map(({ before, sequence }) => ({ first: before + 1, last: sequence - 1 })),
    reused: [...new Set(page.filter(isReuse).map(({ sequence }) => sequence))],
  };
}

/** A sequence that is applied counts as applied, whatever else it is; then as dropped. */
async function tally(covered: Run, pages: AsyncIterable<BreaksPage>, known: KnownBeside) {
  const [gaps, deadLetters] = [normalized(known.gaps), normalized(known.dead)];
  let [absent, dropped, dead] = [0, 0, 0];
  const [missing, reused] = [new Ranges(), new Ranges()];
  for await (const page of pages) {
    const holes = clipped(page.holes, covered);
    const silent = without(holes, gaps);
    const lost = without(silent, deadLetters);
    absent += sizeOf(holes);
    dropped += sizeOf(holes) - sizeOf(silent);
    dead += sizeOf(silent) - sizeOf(lost);
    for (const run of lost) missing.add(run);
    for (const run of clipped(page.reused.map((it) => ({ first: it, last: it })), covered)) {
      reused.add(run);
    }
  }
  const { first, last: highest } = covered;
  const produced = highest - first + 1;
  return {
    ...{ first, highest, produced, applied: produced - absent, dropped, dead },
    missing: missing.size,
    missingRanges: missing.lowest,
    missingRangesLeftOff: missing.count - missing.lowest.length,
    reused: reused.size,
    reusedRanges: reused.lowest,
    reusedRangesLeftOff: reused.count - reused.lowest.length,
  };
}

/** Runs that are added as they rise: how many there are, and the lowest of them. */
class Ranges {
  size = 0;
  count = 0;
  readonly lowest: { first: number; last: number }[] = [];
  #last: { first: number; last: number } | undefined;

  add({ first, last }: Run): void {
    this.size += last - first + 1;
    if (this.#last?.last === first - 1) return void (this.#last.last = last);
    this.#last = { first, last };
    this.count++;
    if (this.lowest.length < RANGES_MAX) this.lowest.push(this.#last);
  }
}

/**
 * How long to wait for what is missing. Partitions are applied in parallel, so that a sequence may
 * arrive a moment after higher ones; a consumer that keeps up needs far less.
 */
export const ON_THE_WAY_MS = 5_000;

/**
 * Audits a store that is being written to: when something is missing, audits again a little later,
 * up to the highest sequences of the first time. Rejects with the errors of the store port.
 */
export async function auditTwice({ read, clock, ...limits }: {
  /** Calls `work` with a reader of one snapshot. */
  readonly read: <T>(work: (reader: AuditReader) => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly sinceMicros?: number;
}): Promise<Audit> {
  const first = await read((reader) => audit(reader, limits));
  if (first.producers.every(({ missing }) => missing === 0)) return first;
  await sleep(clock, ON_THE_WAY_MS);
  const highest = new Map(first.producers.map((it) => [it.producerId, it.highest]));
  return await read((reader) => audit(reader, { ...limits, highest }));
}
