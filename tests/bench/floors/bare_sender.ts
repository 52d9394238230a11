/**
 * The floor of a drain: kafkajs alone, sending the messages of reports in batches as fast as they
 * are acknowledged. Run as a process with a Sending as its argument.
 */
import { Buffer } from "node:buffer";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { ID_HEADER } from "../../../src/kafka/message.ts";
import { BATCH } from "../../../src/outbox/relay.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { PRODUCERS } from "../../contract/site_reports.ts";
import { benchReport } from "../frame/bench_report.ts";

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
  const messages = Array.from({ length: BATCH.rowsMax }, (_, n) => {
    const report = benchReport(n);
    const headers = { [ID_HEADER]: `${PRODUCERS[0]}/${n}` };
    return { key: report.site, value: Buffer.from(encodeReport(report)), headers };
  });
  console.log("It begins");
  while (true) await producer.send({ topic, messages, acks: -1 });
}
