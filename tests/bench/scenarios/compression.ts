/** What compressing batches costs and saves, by the codecs that a producer writes with. */
import process from "node:process";
import { CODECS } from "../../../src/kafka/records/codecs.ts";
import { BATCH } from "../../../src/outbox/relay.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { madeReport } from "../frame/made_reports.ts";
import { inRounds } from "../frame/rounds.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";

const BATCHES = 20;

export const compression: Scenario = {
  description: `batches of ${BATCH.rowsMax} reports, by codec: size and CPU of a report`,
  async run(bench) {
    const count = bench.sized(BATCHES, 1);
    const batches = Array.from({ length: count }, (_, batch) => variedBatch(batch));
    const reports = count * BATCH.rowsMax;
    const sizeOf = (packed: readonly Uint8Array[]) =>
      packed.reduce((sum, { length }) => sum + length, 0) / reports;
    const figures: Figure[] = [{ name: "none: size", unit: "B", value: sizeOf(batches) }];
    for (const { name, pack } of CODECS.values()) {
      if (pack === undefined) continue;
      let size = 0;
      const packAll = async () => {
        const start = process.cpuUsage();
        const packed: Uint8Array[] = [];
        for (const batch of batches) packed.push(await pack(batch));
        const { user, system } = process.cpuUsage(start);
        size = sizeOf(packed);
        return { micros: (user + system) / reports };
      };
      const rounds = { rounds: bench.sized(8, 1), warmUps: 1 };
      const { packing } = await inRounds({ packing: packAll }, rounds);
      figures.push({ name: `${name}: size`, unit: "B", value: size });
      figures.push({ name: `${name}: CPU`, unit: "µs", value: packing.micros });
    }
    return figures;
  },
};

/** Reports of 1,000 sites in their turn, with times that differ as real ones do. */
function variedBatch(batch: number): Uint8Array {
  const random = randomFrom(batch + 1);
  const micros = (max: number) => Math.floor(random() * max);
  const datums = Array.from({ length: BATCH.rowsMax }, (_, row) => {
    const n = batch * BATCH.rowsMax + row;
    const report = madeReport(n, { sites: 1_000, beginMicros: 1_790_000_000_000_000 });
    return encodeReport({
      ...report,
      checked_at: report.checked_at + micros(50_000),
      recorded_at: report.recorded_at + 100_000 + micros(50_000),
      response_time: 20 + micros(200),
      timings: {
        ...{ dns: micros(2_000), connect: micros(20_000), tls: micros(40_000) },
        ...{ first_byte: micros(150_000), transfer: micros(5_000) },
      },
    });
  });
  return new Uint8Array(datums.flatMap((datum) => [...datum]));
}

/** The same numbers in [0, 1) at every run: a linear congruential generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}
