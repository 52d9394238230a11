/** Fills a topic with reports, as a producer of sitemon publishes them. */
import { Buffer } from "node:buffer";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { encodeReport } from "../../../src/report/codec.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { aReport } from "../../contract/site_reports.ts";

const BATCH = 2_000;
const MINUTE_MICROS = 60_000_000;

/** Reports of sites that are each checked once a minute. */
export interface MadeReports {
  readonly sites: number;
  /** When the first of them was checked: microseconds since 1970. */
  readonly beginMicros: number;
}

/** The n-th of them, from 0; sites take turns. */
export function madeReport(n: number, { sites, beginMicros }: MadeReports): SiteReport {
  const at = beginMicros + Math.round(n * MINUTE_MICROS / sites);
  return aReport({
    site: `site ${n % sites}`,
    url: `https://site-${n % sites}.example/`,
    checked_at: at,
    recorded_at: at,
    interval_ms: 60_000,
    labels: { team: "web" },
    producer_id: "0a6b8d5e-0000-4000-8000-000000000001",
    sequence: n + 1,
  });
}

/** When the first of so many was checked if the last is checked just now. */
export function beginOf(
  { count, sites }: { readonly count: number; readonly sites: number },
): number {
  return Date.now() * 1_000 - Math.round(count * MINUTE_MICROS / sites);
}

/** Publishes so many. Resolves when Kafka has them all. */
export async function publishReports(
  {
    bootstrap,
    topic,
    first: begin = 0,
    count,
    sites,
    beginMicros = beginOf({ count: begin + count, sites }),
  }: {
    /** `host:port` of a broker. */
    readonly bootstrap: string;
    readonly topic: string;
    /** The number of the first of them. */
    readonly first?: number;
    readonly count: number;
    readonly sites: number;
    /** Of {@linkcode MadeReports}; unless it is given, the last of them was checked just now. */
    readonly beginMicros?: number;
  },
): Promise<void> {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (let first = begin; first < begin + count; first += BATCH) {
    const size = Math.min(BATCH, begin + count - first);
    const messages = Array.from({ length: size }, (_, index) => {
      const report = madeReport(first + index, { sites, beginMicros });
      return {
        key: report.site,
        value: Buffer.from(encodeReport(report)),
        headers: { "sitemon-id": `${report.producer_id}/${report.sequence}` },
      };
    });
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
