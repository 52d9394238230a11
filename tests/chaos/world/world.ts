/** Everything of one round of chaos: servers, proxies before them, sites, and sitemon's processes. */
import { DatabaseSync } from "node:sqlite";
import { KafkaPublisher } from "../../../src/kafka/kafka_publisher.ts";
import { readStats } from "../../../src/outbox/outbox_stats.ts";
import { publisherOptions } from "../../kafka/kafka_fixture.ts";
import { ServerFolder } from "../../services/server_process.ts";
import { Chance } from "../chance.ts";
import { ChaosProcess } from "./chaos_process.ts";
import { ChaosServices, GROUP, ROLE, TOPIC } from "./chaos_services.ts";
import { LateProducer } from "../faults/late_producer.ts";
import { AlertReceivers } from "./alert_receivers.ts";
import { MoodySites } from "./moody_sites.ts";
import { CONFIRMING_CHECKS, DOWN_RULE } from "../alert_oracle.ts";
import { type Dialect, POSTGRES, type Produced, type Query, SQLITE } from "../oracle.ts";
import { Poison } from "../faults/poison.ts";

/** Some 25 reports a second from each producer, and 12 from `run`. */
const SITES = Array.from({ length: 20 }, (_, index) => `site-${index}`);
const RUN_SITES = SITES.slice(0, 10);
/** Some are seen each time that alerts are decided, some more rarely. */
const SPANS_MS = [500, 2_000];
/** Of sites whose truth is known, and of those that are what a late report made them. */
const ALERT_RULES = [
  { name: DOWN_RULE, sites: ["site-*"], when: ["down"], after: `${CONFIRMING_CHECKS} checks` },
  { name: "silent", sites: ["site-*"], when: ["stale"] },
  { name: "late", sites: ["late-*"], when: ["down", "degraded"] },
];
/** More changes an hour than these sites have: what flaps is told once. */
const FLAPPING_CHANGES = 1_000;
/** Reports of a few seconds, so that an outage makes gaps. */
const TIGHT_ROWS_MAX = 120;
/** Threads of each consumer process. */
const CONSUMERS = { "consumer-1": 2, "consumer-2": 1 };

/** A process that checks, with a location and an outbox of its own. */
export interface ProducerPlace {
  readonly process: ChaosProcess;
  readonly location: string;
  readonly outboxPath: string;
  /** Producers that its outbox was before it was damaged or replaced. */
  readonly former: Produced[];
}

export interface Store {
  readonly dialect: Dialect;
  readonly query: Query;
  /** Name of a configuration of it. */
  readonly configuration: string;
}

export interface WorldOptions {
  readonly seed: number;
  readonly brokers: 1 | 3;
}

export class World implements AsyncDisposable {
  /** Promises that were broken so far, one sentence each. */
  readonly violations: string[] = [];
  /** Configurations, logs and databases. */
  readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-chaos-" });
  /** Those that publish to Kafka. */
  readonly producers: readonly ProducerPlace[];
  readonly run: ProducerPlace;
  readonly consumers: readonly ChaosProcess[];
  readonly late: LateProducer;
  readonly poison: Poison;
  readonly sites: MoodySites;
  readonly receivers = new AlertReceivers();
  readonly #guarded = new ServerFolder({ prefix: "sitemon-chaos-pids-", endSignal: "KILL" });

  private constructor(readonly options: WorldOptions, readonly services: ChaosServices) {
    const chance = (name: string) => new Chance(options.seed, name);
    this.sites = new MoodySites(chance("sites"));
    const whenFull = chance("outbox").pick(["coalesce", "drop_oldest"]);
    const { servers } = services;
    const publishing = { kafka: { servers, topic: TOPIC, create_topic: false } };
    const tight = { max_rows: TIGHT_ROWS_MAX, when_full: whenFull };
    this.producers = [
      this.#checking("producer", { location: "wide", more: publishing }),
      this.#checking("producer", { location: "tight", outbox: tight, more: publishing }),
    ];
    const keeping = { store: { path: this.#storePath }, web: false, alerts: this.#alerts("run") };
    this.run = this.#checking("run", { location: "run", names: RUN_SITES, more: keeping });
    this.consumers = Object.entries(CONSUMERS).map(([name, threads]) =>
      this.#process("consumer", name, {
        ...consumerConfig(services, threads),
        alerts: this.#alerts("consumers"),
      })
    );
    this.late = new LateProducer(latePublisher(services), chance("late"));
    this.poison = new Poison(chance("poison"));
  }

  static async create(options: WorldOptions): Promise<World> {
    return new World(options, await ChaosServices.start(options.brokers));
  }

  get processes(): ChaosProcess[] {
    return [...[...this.producers, this.run].map(({ process }) => process), ...this.consumers];
  }

  /** Each site that must have a status in PostgreSQL. */
  get watched(): { site: string; location: string }[] {
    return this.producers.flatMap(({ location }) => SITES.map((site) => ({ site, location })));
  }

  start(): void {
    for (const process of this.processes) process.start();
    this.late.start();
  }

  /** What PostgreSQL has to account for. */
  produced(): Produced[] {
    return [...this.producers.flatMap(everProducedBy), this.late.produced];
  }

  /** Where alerts are decided, by what their receivers are told. */
  get stores(): ReadonlyMap<string, Store> {
    const ofConsumers = (sql: string) => this.services.query(sql);
    return new Map([
      ["consumers", { dialect: POSTGRES, query: ofConsumers, configuration: "consumer-1" }],
      ["run", { dialect: SQLITE, query: (sql) => this.queryRun(sql), configuration: "run" }],
    ]);
  }

  /** Rows of the database of `sitemon run`. */
  queryRun(sql: string): Promise<Record<string, unknown>[]> {
    const db = new DatabaseSync(this.#storePath, { readOnly: true });
    try {
      return Promise.resolve(db.prepare(sql).all());
    } finally {
      db.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.#guarded[Symbol.asyncDispose]();
    await this.sites[Symbol.asyncDispose]();
    await this.receivers[Symbol.asyncDispose]();
    await this.services[Symbol.asyncDispose]();
    // What a failure has to be understood by is kept.
    if (this.violations.length === 0) await Deno.remove(this.folder, { recursive: true });
  }

  /** Of what `source` decides. */
  #alerts(source: string) {
    return {
      channels: this.receivers.channels(source),
      rules: ALERT_RULES,
      group_wait: "1s",
      flapping: { changes: FLAPPING_CHANGES },
    };
  }

  get #storePath(): string {
    return `${this.folder}/run.store.db`;
  }

  /** A process that checks its sites at a location. */
  #checking(
    command: "producer" | "run",
    { location, names = SITES, outbox = {}, more }: {
      readonly location: string;
      readonly names?: readonly string[];
      /** Limits of its outbox. */
      readonly outbox?: object;
      readonly more: object;
    },
  ): ProducerPlace {
    const outboxPath = `${this.folder}/${location}.outbox.db`;
    const process = this.#process(command, location, {
      location,
      defaults: { timeout: "5s" },
      sites: names.map((name) => ({
        name,
        url: this.sites.url(location, name),
        interval: `${spanMsOf(name)}ms`,
      })),
      outbox: { path: outboxPath, ...outbox },
      ...more,
    });
    return { process, location, outboxPath, former: [] };
  }

  /** Its file is JSON, which YAML includes. */
  #process(command: string, name: string, config: object): ChaosProcess {
    const file = `${this.folder}/${name}.yaml`;
    const log = { level: "debug", format: "json" };
    Deno.writeTextFileSync(file, JSON.stringify({ log, ...config }));
    return new ChaosProcess({
      name,
      args: [command, "-c", file],
      folder: this.folder,
      pidFolder: this.#guarded.path,
      onViolation: (what) => this.violations.push(what),
    });
  }
}

/** Time between two checks of a site. */
export function spanMsOf(site: string): number {
  return SPANS_MS[SITES.indexOf(site) % SPANS_MS.length]!;
}

function consumerConfig({ servers, postgres, postgresProxy }: ChaosServices, consumers: number) {
  return {
    kafka: { servers, topic: TOPIC, group: GROUP, create_topic: false, consumers },
    postgres: {
      ...{ host: "127.0.0.1", port: postgresProxy.port, user: ROLE, db: ROLE },
      password: postgres.password,
      timeouts: { connect: "3s", statement: "5s" },
    },
  };
}

function latePublisher({ servers }: ChaosServices): KafkaPublisher {
  const connection = { servers, clientId: "late" };
  return new KafkaPublisher(publisherOptions({ connection, topic: TOPIC, createTopic: false }));
}

/** Sequences are given without a hole, so that the last one says all. */
export function producedBy({ outboxPath }: ProducerPlace): Produced {
  const { producerId, sequenceLast } = readStats(outboxPath);
  return { producerId, last: sequenceLast };
}

/** Of all producers that a place had; one that went on as before is there once. */
export function everProducedBy(place: ProducerPlace): Produced[] {
  const byId = new Map([...place.former, producedBy(place)].map((it) => [it.producerId, it]));
  return [...byId.values()];
}

/** The highest sequence that the logs of a place call stored by its last producer; 0 without one. */
export function announcedBy({ process }: ProducerPlace): number {
  const ofLast = process.logs().join("").split("starting a new").at(-1)!;
  const stored = ofLast.matchAll(/"stored \d+ to (\d+)"/g);
  return [...stored].reduce((highest, [, last]) => Math.max(highest, Number(last)), 0);
}
