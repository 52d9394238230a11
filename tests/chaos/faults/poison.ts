/** Messages that can never be applied, and whether each became a dead letter. */
import type { Producer } from "kafkajs";
import { encodeReport } from "../../../src/report/codec.ts";
import { aReport, DAY } from "../../contract/site_reports.ts";
import type { Chance } from "../chance.ts";
import type { Query } from "../oracle.ts";

/** Never applied, so that no sequence of it may show up anywhere. */
const POISON_PRODUCER = "baadf00d-0000-4000-8000-000000000000";

type Recipe = (chance: Chance) => Uint8Array | null;

/** What each is, by name. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  tombstone: () => null,
  empty: () => new Uint8Array(),
  junk: (chance) => Uint8Array.from({ length: 200 }, () => chance.between(4, 255)),
  "unknown schema": () => patched(report(), 2, [1, 2, 3, 4, 5, 6, 7, 8]),
  truncated: () => report().slice(0, -9),
  "length of 2 GB": () => patched(report(), 10, [0xfe, 0xff, 0xff, 0xff, 0x0f]),
  "clock ahead": () => report({ checked_at: Date.now() * 1_000 + 3 * DAY }),
  invalid: () => report({ response_time: -5 }),
};

/** A message whose broker said where it is. */
interface Placed {
  readonly recipe: string;
  readonly partition: number;
  readonly offset: number;
}

export class Poison {
  readonly #placed: Placed[] = [];

  constructor(private readonly chance: Chance) {}

  /** Sends one of each kind. What the broker does not answer may or may not be there. */
  async send(producer: Producer, topic: string, partitions: number): Promise<void> {
    for (const [recipe, make] of Object.entries(RECIPES)) {
      const value = make(this.chance);
      const partition = this.chance.between(0, partitions - 1);
      const [answer] = await producer.send({
        topic,
        messages: [{ key: "poison", partition, value: value && Buffer.from(value) }],
      });
      if (answer?.errorCode !== 0) continue;
      this.#placed.push({ recipe, partition, offset: Number(answer.baseOffset) });
    }
  }

  /** One sentence for each message that is no dead letter. */
  async missing(query: Query): Promise<string[]> {
    const rows = await query(`SELECT partition, "offset" FROM dead_letter`);
    const dead = new Set(rows.map((row) => `${row.partition}/${row.offset}`));
    return this.#placed
      .filter(({ partition, offset }) => !dead.has(`${partition}/${offset}`))
      .map((message) => `Poison becomes a dead letter, but not ${JSON.stringify(message)}`);
  }
}

function report(overrides: Parameters<typeof aReport>[0] = {}): Uint8Array {
  return encodeReport(aReport({ producer_id: POISON_PRODUCER, ...overrides }));
}

function patched(bytes: Uint8Array, at: number, patch: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(patch, at);
  return copy;
}
