/** A producer of sitemon under a load that is known, as a process of its own. */
import { type OutboxStats, readStats } from "../../../src/outbox/outbox_stats.ts";
import { freePort } from "../../support/free_port.ts";
import { INTERVAL } from "../../../src/config/schema/site_schema.ts";
import type { BenchTopic } from "./bench_topic.ts";
import { DAEMON_GREETING, MeasuredProcess, SITEMON } from "./measured_process.ts";

/** Sites whose checks are spread evenly over their interval. */
export interface ProducerLoad {
  readonly url: string;
  /** PEM text of the authority of its certificate, when it has one. */
  readonly ca?: string;
  readonly sites: number;
  /** Checks that fall due in a second. */
  readonly perSecond: number;
  readonly topic: Pick<BenchTopic, "bootstrap" | "name">;
  /** Checks that run at once; as by default when absent. */
  readonly concurrency?: number;
  /** From source when absent. */
  readonly program?: readonly string[];
  /** Of its own, and empty, when absent. */
  readonly outboxPath?: string;
  /** Push sites with the tokens of {@linkcode tokenOf}, and where they are told of. */
  readonly push?: { readonly port: number; readonly sites: number };
}

/** Of the n-th push site. */
export function tokenOf(n: number): string {
  return `token-of-push-site-${n}`;
}

/** How late checks began, between two looks at a producer's metrics. */
export interface Lateness {
  /** Milliseconds that such a part of the checks was not above, interpolated as Prometheus does. */
  latenessMs(part: number): number;
  /** Of all slots, in [0, 1]. */
  readonly skipped: number;
}

/** Checks its sites until it is disposed of. */
export class BenchProducer implements AsyncDisposable {
  private constructor(
    readonly process: MeasuredProcess,
    readonly outboxPath: string,
    readonly metricsUrl: string,
  ) {}

  static async start(load: ProducerLoad): Promise<BenchProducer> {
    const port = freePort();
    const process = await MeasuredProcess.start({
      name: "producer",
      files: { "producer.yaml": producerYaml(load, port), "ca.pem": load.ca ?? "" },
      argv: (folder) => [
        ...load.program ?? SITEMON,
        ...["producer", "-c", `${folder}/producer.yaml`],
      ],
      greeting: DAEMON_GREETING,
    });
    const outboxPath = load.outboxPath ?? `${process.folder}/outbox.db`;
    return new BenchProducer(process, outboxPath, `http://127.0.0.1:${port}/metrics`);
  }

  /** What is in its outbox; throws while there is none yet. */
  stats(): OutboxStats {
    return readStats(this.outboxPath);
  }

  /** How late the checks begin that are begun until `until` resolves. */
  async lateness(until: () => Promise<unknown>): Promise<Lateness> {
    const before = await this.#schedule();
    await until();
    return latenessOf(before, await this.#schedule());
  }

  async #schedule(): Promise<ScheduleCounts> {
    const text = await (await fetch(this.metricsUrl)).text();
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

/** A configuration of that load, with its metrics at this port. */
export function producerYaml(load: ProducerLoad, port: number): string {
  const { url, ca, sites, perSecond, topic, concurrency, outboxPath = "outbox.db" } = load;
  const list = Array.from({ length: sites }, (_, n) => `  - { name: site ${n}, url: '${url}' }`);
  for (let n = 0; n < (load.push?.sites ?? 0); n++) {
    list.push(`  - { name: push ${n}, push: { every: 1d, grace: 1h, token: ${tokenOf(n)} } }`);
  }
  return `interval: ${Math.max(Math.round(sites * 1_000 / perSecond), INTERVAL.minMs)}ms
listen: 127.0.0.1:${port}
${ca === undefined ? "" : "defaults: { tls: { ca: ca.pem } }"}
scanner: ${JSON.stringify({ concurrency })}
outbox: { path: '${outboxPath}' }
kafka: { servers: [${topic.bootstrap}], topic: ${topic.name} }
${load.push === undefined ? "" : `push: { listen: "127.0.0.1:${load.push.port}" }`}
sites:
${list.join("\n")}
`;
}

/** What became of the slots of a producer's sites since its start. */
interface ScheduleCounts {
  /** Checks that began at most so many seconds after their slots, by that bound. */
  readonly begunWithin: ReadonlyMap<number, number>;
  /** Slots that were left out, whatever the cause. */
  readonly skipped: number;
}

function latenessOf(before: ScheduleCounts, after: ScheduleCounts): Lateness {
  const counts = Array.from(after.begunWithin, ([bound, count]) => {
    return { bound, count: count - (before.begunWithin.get(bound) ?? 0) };
  });
  const checks = counts.at(-1)?.count ?? 0;
  const skipped = after.skipped - before.skipped;
  return {
    skipped: skipped / Math.max(1, skipped + checks),
    latenessMs(part) {
      let lower = { bound: 0, count: 0 };
      for (const upper of counts) {
        // Beyond the last bound nothing more is known.
        if (upper.bound === Infinity) break;
        if (upper.count >= part * checks) {
          const share = (part * checks - lower.count) / Math.max(1, upper.count - lower.count);
          return 1_000 * (lower.bound + (upper.bound - lower.bound) * share);
        }
        lower = upper;
      }
      return 1_000 * lower.bound;
    },
  };
}
