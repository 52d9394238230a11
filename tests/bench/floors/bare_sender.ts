/**
 * The floor of a drain: kafkajs alone, sending the messages of reports in batches as fast as they
 * are acknowledged. Run as a process with a Sending as its argument.
 */
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { BATCH } from "../../../src/outbox/relay.ts";
import { benchReport, messageOf } from "../frame/made_reports.ts";

/** Where it sends to. */
export interface Sending {
  readonly bootstrap: string;
  readonly topic: string;
}

if (import.meta.main) await send(JSON.parse(Deno.args[0]!));

async function send({ bootstrap, topic }: Sending): Promise<never> {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = Array.from({ length: BATCH.rowsMax }, (_, n) => messageOf(benchReport(n)));
  console.log("It begins");
  while (true) await producer.send({ topic, messages, acks: -1 });
}
