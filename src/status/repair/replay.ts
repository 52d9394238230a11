/** Takes dead letters through the ingest again: what can be applied now is, the rest is kept. */
import type { decodeMessage } from "../../report/codec.ts";
import type { Clock } from "../../runtime/clock.ts";
import type {
  DeadLetterFilter,
  DeadLetters,
  ReplayFailure,
  StoredDeadLetter,
} from "../dead_letters.ts";
import { chunkOf, deadEntry, type Entry } from "../ingest/entry.ts";
import { readMessage } from "../ingest/read_message.ts";
import { RowRejectedError, type StatusStore } from "../store.ts";

/** Dead letters of one transaction: of a megabyte each, at worst, all of them fit into memory. */
export const PAGE_SIZE = 100;

export interface ReplayOptions extends DeadLetterFilter {
  readonly deadLetters: DeadLetters;
  readonly store: StatusStore;
  /** Asks for the Kafka cluster's id, once, when a dead letter of the original Python service needs it. */
  readonly clusterId: () => Promise<string>;
  readonly clock: Clock;
  /** By default, one that knows the schemas of this version. */
  readonly decode?: typeof decodeMessage;
  /** Finds out what `decode` has to know of a page of messages, if there is more to know. */
  readonly prepare?: (page: readonly StoredDeadLetter[]) => Promise<void>;
}

/** What became of some dead letters. */
export interface Replayed {
  /** Dead letters whose content is applied; they are gone. */
  readonly applied: number;
  /** Dead letters that stay, each with the reason of this time. */
  readonly kept: readonly ReplayFailure[];
}

/**
 * Replays the dead letters that the filter means, and yields what became of each page of them.
 *
 * A dead letter is removed in the transaction that applies what it holds, so stopping half way, or
 * replaying twice at once, is harmless. Rejects with the errors of the store port.
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<Replayed, void> {
  const { deadLetters, places, reason } = options;
  const filter = { ...(places && { places }), ...(reason && { reason }) };
  const limits = { limit: PAGE_SIZE, valueBytesMax: Infinity };
  for (let after = 0;;) {
    const page = await deadLetters.read({ ...filter, ...limits, after });
    if (page.length === 0) return;
    after = page.at(-1)!.number;
    await options.prepare?.(page);
    yield await replayPage(page, options);
  }
}

/** A dead letter on its second way in. */
interface Tried {
  readonly number: number;
  readonly entry: Entry;
}

async function replayPage(
  page: readonly StoredDeadLetter[],
  options: ReplayOptions,
): Promise<Replayed> {
  const tried = await Promise.all(page.map((deadLetter) => readAgain(deadLetter, options)));
  const good = tried.filter(({ entry }) => entry.kind !== "dead");
  const refused = good.length > 0 ? await apply(good, options.store) : [];
  const kept = [...tried, ...refused].flatMap(({ number, entry }) => {
    if (entry.kind !== "dead") return [];
    const { topic, partition, offset, reason, detail } = entry.deadLetter;
    return [{ number, topic, partition, offset, reason, detail }];
  });
  if (kept.length > 0) await options.deadLetters.keep(kept);
  return { applied: page.length - kept.length, kept };
}

/** One by one when not all at once: resolves to those that the store refuses, as dead ones. */
async function apply(tried: readonly Tried[], store: StatusStore): Promise<Tried[]> {
  const chunk = chunkOf(tried.map(({ entry }) => entry));
  try {
    await store.apply({ ...chunk, replayed: tried.map(({ number }) => number) });
    return [];
  } catch (error) {
    if (!(error instanceof RowRejectedError)) throw error;
    const [first, ...others] = tried;
    if (others.length === 0) {
      const { number, entry } = first!;
      return [{ number, entry: deadEntry(entry.message, "rejected", error.message) }];
    }
    const refused: Tried[] = [];
    for (const one of tried) refused.push(...await apply([one], store));
    return refused;
  }
}

async function readAgain(deadLetter: StoredDeadLetter, options: ReplayOptions): Promise<Tried> {
  const { clock, decode } = options;
  const { number, topic, partition, offset, key, value, sitemonId } = deadLetter;
  const timestampMs = Math.floor(deadLetter.recordedAt / 1_000);
  const message = { topic, partition, offset, key, value, sitemonId, timestampMs };
  const entry = readMessage(message, {
    clusterId: mayBeV1(value) ? await options.clusterId() : "",
    nowMicros: clock.nowMicros(),
    ...(decode ? { decode } : {}),
  });
  return { number, entry };
}

/** The cluster is part of the identity of what says nothing of its producer. */
function mayBeV1(value: Uint8Array | null): boolean {
  return value !== null && value.length > 0 && (value[0] !== 0xc3 || value[1] !== 0x01);
}
