/** The reports that benches store and send, and how a topic is filled with them. */
import { Buffer } from "node:buffer";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { ID_HEADER } from "../../../src/kafka/id_header.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { aReport, PRODUCERS } from "../../contract/site_reports.ts";
import type { BenchTopic } from "./bench_topic.ts";

const BATCH = 2_000;
const MINUTE_MICROS = 60_000_000;

/** Reports of sites that are each checked once a minute. */
export interface MadeReports {
  readonly sites: number;
  /** When the first of them was checked: microseconds since 1970. */
  readonly beginMicros: number;
}

/** The n-th of them, from 0; sites take turns, and all are up. */
export function madeReport(n: number, { sites, beginMicros }: MadeReports): SiteReport {
  const at = beginMicros + Math.round(n * MINUTE_MICROS / sites);
  return aReport({
    site: `site ${n % sites}`,
    url: `https://site-${n % sites}.example/`,
    checked_at: at,
    recorded_at: at,
    next_check_ms: 60_000,
    labels: { team: "web" },
    sequence: n + 1,
  });
}

/** The n-th of 1,000 sites, whenever it was. */
export function benchReport(n: number): SiteReport {
  return aReport({ site: `site ${n % 1_000}`, sequence: n + 1 });
}

/** When the first of so many was checked if the last is checked just now. */
export function beginOf(
  { count, sites }: { readonly count: number; readonly sites: number },
): number {
  return Date.now() * 1_000 - Math.round(count * MINUTE_MICROS / sites);
}

/** As a producer of sitemon publishes it. */
export function messageOf(report: SiteReport) {
  const headers = { [ID_HEADER]: `${PRODUCERS[0]}/${report.sequence}` };
  return { key: report.site, value: Buffer.from(encodeReport(report)), headers };
}

/** Publishes the reports `first` to `first + count`. Resolves when Kafka has them all. */
export async function publishReports(
  { bootstrap, name: topic }: BenchTopic,
  { first = 0, count, sites, beginMicros = beginOf({ count: first + count, sites }) }:
    & Pick<MadeReports, "sites">
    & {
      readonly first?: number;
      readonly count: number;
      /** Unless it is given, the last of them was checked just now. */
      readonly beginMicros?: number;
    },
): Promise<void> {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (let sent = 0; sent < count; sent += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - sent) }, (_, index) => {
      return messageOf(madeReport(first + sent + index, { sites, beginMicros }));
    });
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
