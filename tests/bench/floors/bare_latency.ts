/** The floor of latency: a message through Kafka and into one table, one every 50 ms. */
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { Client } from "pg";
import type { PostgresServer } from "../../services/postgres.ts";
import { quantile } from "../frame/scenario.ts";

const EVERY_MS = 50;

export interface BareLatencyOptions {
  /** `host:port` of a broker. */
  readonly bootstrap: string;
  readonly topic: string;
  readonly postgres: PostgresServer;
}

/** Sends and inserts until it is disposed of. */
export class BareLatency implements AsyncDisposable {
  readonly #tookMs: number[] = [];
  readonly #closing: AsyncDisposableStack;

  private constructor(closing: AsyncDisposableStack) {
    this.#closing = closing;
  }

  /** Resolves when a first message is in. */
  static async start({ bootstrap, topic, postgres }: BareLatencyOptions): Promise<BareLatency> {
    await using closing = new AsyncDisposableStack();
    const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    const consumer = kafka.consumer({ groupId: topic });
    const client = new Client({ connectionString: postgres.url });
    await Promise.all([producer.connect(), consumer.connect(), client.connect()]);
    closing.defer(() => client.end());
    closing.defer(() => producer.disconnect());
    closing.defer(() => consumer.disconnect());
    await client.query("CREATE TABLE bare_latency (value text)");
    await consumer.subscribe({ topic, fromBeginning: true });
    const isThere = Promise.withResolvers<void>();
    const kept = new AsyncDisposableStack();
    const bare = new BareLatency(kept);
    await consumer.run({
      async eachMessage({ message }) {
        const sentMs = Number(message.value);
        await client.query("INSERT INTO bare_latency VALUES ($1)", [String(sentMs)]);
        bare.#tookMs.push(performance.now() - sentMs);
        isThere.resolve();
      },
    });
    const send = () => {
      const messages = [{ value: String(performance.now()) }];
      producer.send({ topic, messages, acks: -1 }).catch(() => {});
    };
    const timer = setInterval(send, EVERY_MS);
    closing.defer(() => clearInterval(timer));
    await isThere.promise;
    // The first ones waited for the group.
    bare.#tookMs.length = 0;
    kept.use(closing.move());
    return bare;
  }

  /** What such a part of the messages did not take longer than. */
  quantileMs(part: number): number {
    return quantile(this.#tookMs, part);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing.disposeAsync();
  }
}
