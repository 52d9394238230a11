import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { partitionOf } from "../../../src/scanner/schedule/site_hash.ts";
import { placeOf } from "../../../src/scanner/schedule/schedule.ts";

/** Kafka's default partitioner, as kafkajs has it, where keys are looked up in all the partitions. */
async function kafkasChoice(key: string, count: number): Promise<number> {
  const { Partitioners } = await import("kafkajs");
  const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    isr: [],
    replicas: [],
    partitionErrorCode: 0,
  }));
  return Partitioners.DefaultPartitioner()({
    topic: "t",
    partitionMetadata,
    message: { key, value: null },
  });
}

Deno.test("partitionOf() is Kafka's own choice for the key of name and location", async () => {
  // Keys of every length from 6 up, so that each rest of four bytes comes, and of more than ASCII.
  const names = Array.from(
    { length: 200 },
    (_, n) => `${"é".repeat(n % 3)}site-${"x".repeat(n % 7)}${n}`,
  );
  for (const name of names) {
    strictEqual(partitionOf(name, "here", 60), await kafkasChoice(`${name}\0here`, 60), name);
  }
});

Deno.test("partitionOf() spreads sites evenly over partitions", () => {
  const counts = Array(60).fill(0);
  for (let n = 0; n < 6_000; n++) counts[partitionOf(`https://example.org/${n}`, "default", 60)]++;
  ok(Math.min(...counts) > 60 && Math.max(...counts) < 150, `${counts}`);
});

Deno.test("partitionOf() has nothing to do with a site's slots: those of a partition are spread", () => {
  const quarters = [0, 0, 0, 0];
  for (let n = 0; n < 6_000; n++) {
    const name = `https://example.org/${n}`;
    if (partitionOf(name, "default", 60) < 20) {
      quarters[Math.floor(4 * placeOf(name, "default"))]!++;
    }
  }
  ok(quarters.every((sites) => sites > 400 && sites < 600), `${quarters}`);
});

Deno.test("partitionOf() tells locations apart", () => {
  const of = (location: string) =>
    ["a", "b", "c", "d"].map((name) => partitionOf(name, location, 60));
  ok(of("east").some((partition, n) => partition !== of("west")[n]));
  deepStrictEqual(of("east"), of("east"));
});
