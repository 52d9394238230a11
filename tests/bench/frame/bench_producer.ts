/** A producer of sitemon under a load that is known, as a process of its own. */
import { type OutboxStats, readStats } from "../../../src/outbox/outbox_stats.ts";
import { freePort } from "../../support/free_port.ts";
import { MeasuredProcess } from "./measured_process.ts";
import { SITEMON } from "./sitemon_command.ts";

/** Sites whose checks are spread evenly over their interval. */
export interface ProducerLoad {
  /** One for all of them, or several that take turns. */
  readonly url: string | readonly string[];
  /** PEM text of the authority of its certificate, when it has one. */
  readonly ca?: string;
  readonly sites: number;
  /** Checks that fall due in a second. */
  readonly perSecond: number;
  /** `host:port` of a broker. */
  readonly bootstrap: string;
  readonly topic: string;
  /** Checks that run at once; as by default when absent. */
  readonly concurrency?: number;
  /** Scanner threads; one when absent. */
  readonly threads?: number;
  /** From source when absent. */
  readonly program?: readonly string[];
  /** Of its own, and empty, when absent. */
  readonly outboxPath?: string;
}

/** What became of the slots of its sites since its start. */
export interface ScheduleCounts {
  /** Checks that began at most so many seconds after their slots, by that bound. */
  readonly begunWithin: ReadonlyMap<number, number>;
  /** Slots that were left out, whatever the cause. */
  readonly skipped: number;
}

/** Checks its sites until it is disposed of. */
export class BenchProducer implements AsyncDisposable {
  readonly process: MeasuredProcess;
  readonly #outboxPath: string;
  readonly #metricsUrl: string;

  private constructor(process: MeasuredProcess, outboxPath: string, port: number) {
    this.process = process;
    this.#outboxPath = outboxPath;
    this.#metricsUrl = `http://127.0.0.1:${port}/metrics`;
  }

  static async start(load: ProducerLoad): Promise<BenchProducer> {
    const port = freePort();
    const process = await MeasuredProcess.start({
      name: "producer",
      files: { "producer.yaml": producerYaml(load, port), "ca.pem": load.ca ?? "" },
      argv: (folder) => [
        ...load.program ?? SITEMON,
        ...["producer", "-c", `${folder}/producer.yaml`],
      ],
      greeting: "Operators are served",
    });
    return new BenchProducer(process, load.outboxPath ?? `${process.folder}/outbox.db`, port);
  }

  /** What is in its outbox; throws while there is none yet. */
  stats(): OutboxStats {
    return readStats(this.#outboxPath);
  }

  async schedule(): Promise<ScheduleCounts> {
    const text = await (await fetch(this.#metricsUrl)).text();
    const late = text.matchAll(/^sitemon_check_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm);
    const skipped = text.matchAll(/^sitemon_checks_skipped_total\{.*\} (\d+)$/gm);
    const bound = (le: string) => le === "+Inf" ? Infinity : Number(le);
    return {
      begunWithin: new Map(Array.from(late, ([, le, count]) => [bound(le!), Number(count)])),
      skipped: Array.from(skipped, ([, count]) => Number(count)).reduce((sum, n) => sum + n, 0),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** A configuration of that load, with its operators at this port. */
export function producerYaml(load: ProducerLoad, port: number): string {
  const { url, ca, sites, perSecond, bootstrap, topic, outboxPath = "outbox.db" } = load;
  const urls = [url].flat();
  const list = Array.from({ length: sites }, (_, n) => {
    return `  - { name: site ${n}, url: '${urls[n % urls.length]}' }`;
  });
  const { concurrency, threads } = load;
  const scanner = { ...concurrency && { concurrency }, ...threads && { threads } };
  return `interval: ${Math.round(sites * 1_000 / perSecond)}ms
listen: 127.0.0.1:${port}
${ca === undefined ? "" : "defaults: { tls: { ca: ca.pem } }"}
scanner: ${JSON.stringify(scanner)}
outbox: { path: '${outboxPath}' }
kafka: { servers: [${bootstrap}], topic: ${topic} }
sites:
${list.join("\n")}
`;
}
