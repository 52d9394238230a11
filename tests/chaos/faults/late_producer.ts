/** A producer of the tests' own whose reports arrive late, repeated, shuffled, by a broken clock. */
import { encodeReport } from "../../../src/report/codec.ts";
import { OUTCOMES } from "../../../src/report/outcome.ts";
import type { OutboxRow, Publisher } from "../../../src/outbox/publisher.ts";
import { aReport, DAY, HOUR } from "../../contract/site_reports.ts";
import type { Chance } from "../chance.ts";
import type { Produced } from "../oracle.ts";
import { pause } from "../../support/waiting.ts";

export const LATE_LOCATION = "late";
const SITES = ["late-0", "late-1", "late-2", "late-3"];
/** What its clock is wrong by. */
const CLOCKS_MICROS = [0, 0, 0, HOUR, -3 * HOUR, -2 * DAY];
/** Reports that wait for their turn, so that one may be this many behind. */
const WAITING_MAX = 60;
const STEP_REPORTS = 10;
const STEP_MS = 500;
const REPEATS = 3;

export class LateProducer {
  readonly #producerId = crypto.randomUUID();
  readonly #stop = new AbortController();
  #waiting: OutboxRow[] = [];
  #repeats: OutboxRow[] = [];
  #sequence = 0;
  #clockMicros = 0;
  #working: Promise<void> = Promise.resolve();

  constructor(private readonly publisher: Publisher, private readonly chance: Chance) {}

  get produced(): Produced {
    return { producerId: this.#producerId, last: this.#sequence };
  }

  start(): void {
    this.#working = this.#work();
  }

  /** Publishes what still waits. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    while (this.#waiting.length > 0) await this.#publish(this.chance.shuffled(this.#waiting));
    await this.publisher.close();
  }

  async #work(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.chance.next() < 0.1) this.#clockMicros = this.chance.pick(CLOCKS_MICROS);
      for (let count = 0; count < STEP_REPORTS && this.#waiting.length < WAITING_MAX; count++) {
        this.#waiting.push(this.#row());
      }
      const some = this.chance.shuffled(this.#waiting).slice(0, STEP_REPORTS);
      await this.#publish([...some, ...this.#repeats]);
      await pause(STEP_MS);
    }
  }

  #row(): OutboxRow {
    const [producerId, sequence] = [this.#producerId, ++this.#sequence];
    const outcome = this.chance.pick(OUTCOMES);
    const report = aReport({
      producer_id: producerId,
      sequence,
      recorded_at: Date.now() * 1_000 + this.#clockMicros,
      site: this.chance.pick(SITES),
      location: LATE_LOCATION,
      outcome,
      reason: outcome === "up" ? null : "status",
      response_time: this.chance.between(0, 3_000),
      next_check_ms: 500,
    });
    const { site: key, recorded_at: recordedAt } = report;
    const payload = encodeReport(report);
    return { id: sequence, kind: "report", key, producerId, sequence, recordedAt, payload };
  }

  /** What is not acknowledged waits for another turn. */
  async #publish(rows: readonly OutboxRow[]): Promise<void> {
    const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
    const { acknowledged } = await this.publisher.publish(unique)
      .catch(() => ({ acknowledged: [] as number[] }));
    const taken = new Set(acknowledged);
    this.#repeats = unique.filter(({ id }) => taken.has(id)).slice(0, REPEATS);
    this.#waiting = this.#waiting.filter(({ id }) => !taken.has(id));
  }
}
