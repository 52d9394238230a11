/** Everything of one round of chaos: servers, proxies before them, sites, and sitemon's processes. */
import { DatabaseSync } from "node:sqlite";
import net from "node:net";
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { Client } from "pg";
import { KafkaPublisher } from "../../src/kafka/producer.ts";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { publisherOptions } from "../kafka/kafka_fixture.ts";
import { type KafkaCluster, startKafka } from "../services/kafka.ts";
import { type PostgresServer, startPostgres } from "../services/postgres.ts";
import { ServerFolder } from "../services/server_process.ts";
import { Chance } from "./chance.ts";
import { ChaosProcess } from "./chaos_process.ts";
import { LateProducer } from "./late_producer.ts";
import { type MoodySites, startMoodySites } from "./moody_sites.ts";
import type { Produced } from "./oracle.ts";
import { Poison } from "./poison.ts";
import { TcpProxy } from "./tcp_proxy.ts";

export const TOPIC = "chaos";
export const GROUP = "chaos";
const FIRST_PARTITIONS = 4;
export const PARTITIONS_MAX = 8;
const ROLE = "sitemon";
/** Some 40 reports a second from each producer, and 20 from `run`. */
const SITES = Array.from({ length: 20 }, (_, index) => `site-${index}`);
const RUN_SITES = SITES.slice(0, 10);
/** Reports of a few seconds, so that an outage makes gaps. */
const TIGHT_ROWS_MAX = 120;

/** A producer with a location and an outbox of its own. */
export interface ProducerPlace {
  readonly process: ChaosProcess;
  readonly location: string;
  readonly outboxPath: string;
}

export interface WorldOptions {
  readonly seed: number;
  readonly brokers: 1 | 3;
}

export class World implements AsyncDisposable {
  readonly options: WorldOptions;
  readonly violations: string[] = [];
  readonly folder: string;
  readonly kafka: KafkaCluster;
  readonly kafkaProxies: readonly TcpProxy[];
  readonly postgres: PostgresServer;
  readonly postgresProxy: TcpProxy;
  readonly producers: readonly ProducerPlace[];
  readonly consumers: readonly ChaosProcess[];
  readonly run: ProducerPlace;
  readonly storePath: string;
  readonly late: LateProducer;
  readonly poison: Poison;
  partitions = FIRST_PARTITIONS;
  readonly #sites: MoodySites;
  readonly #guarded = new ServerFolder({ prefix: "sitemon-chaos-pids-", endSignal: "KILL" });

  private constructor(options: WorldOptions, parts: Parts) {
    const { seed } = options;
    this.options = options;
    this.folder = Deno.makeTempDirSync({ prefix: "sitemon-chaos-" });
    this.kafka = parts.kafka;
    this.kafkaProxies = parts.kafkaProxies;
    this.postgres = parts.postgres;
    this.postgresProxy = parts.postgresProxy;
    this.storePath = `${this.folder}/run.store.db`;
    this.#sites = startMoodySites(new Chance(seed, "sites"));
    const whenFull = new Chance(seed, "outbox").pick(["coalesce", "drop_oldest"]);
    this.producers = [
      this.#producer("wide", ""),
      this.#producer("tight", `, max_rows: ${TIGHT_ROWS_MAX}, when_full: ${whenFull}`),
    ];
    this.consumers = [this.#consumer("consumer-1", 2), this.#consumer("consumer-2", 1)];
    this.run = this.#run();
    this.late = new LateProducer(
      new KafkaPublisher(publisherOptions({
        connection: { servers: this.#servers, clientId: "late" },
        topic: TOPIC,
        createTopic: false,
      })),
      new Chance(seed, "late"),
    );
    this.poison = new Poison(new Chance(seed, "poison"));
  }

  static async create(options: WorldOptions): Promise<World> {
    await using parts = new AsyncDisposableStack();
    const kafkaProxies = Array.from({ length: options.brokers }, () => parts.use(new TcpProxy()));
    const [kafka, postgres] = await Promise.all([
      startKafka({
        brokers: options.brokers,
        advertised: kafkaProxies.map(({ address }) => address),
      }).then((cluster) => parts.use(cluster)),
      startPostgres().then((server) => parts.use(server)),
    ]);
    kafka.brokers.forEach(({ address }, index) => {
      kafkaProxies[index]!.targetPort = Number(address.split(":")[1]);
    });
    const postgresProxy = parts.use(new TcpProxy(postgres.port));
    const world = new World(options, { kafka, kafkaProxies, postgres, postgresProxy });
    parts.move();
    await world.#prepare();
    return world;
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
    return [...this.producers.map(producedBy), this.late.produced];
  }

  /** Rows of the consumers' database, not through the proxy; as its owner, or as the superuser. */
  async query<Row = Record<string, unknown>>(
    sql: string,
    user: "owner" | "superuser" = "owner",
  ): Promise<Row[]> {
    const client = this.#client(user);
    // The server may be ended meanwhile, which the query tells.
    client.on("error", () => {});
    try {
      await client.connect();
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Does `work` with a connection of its own, not through the proxy, inside a transaction. */
  async transaction(work: (query: (sql: string) => Promise<unknown>) => Promise<void>) {
    const client = this.#client("owner");
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("BEGIN");
      await work((sql) => client.query(sql));
      await client.query("ROLLBACK");
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Does `work` with a client of Kafka that goes past the proxies. */
  async admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#plainKafka().admin();
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async sendPoison(): Promise<void> {
    const producer: Producer = this.#plainKafka().producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 0 },
    });
    try {
      await producer.connect();
      await this.poison.send(producer, TOPIC, this.partitions);
    } finally {
      await producer.disconnect();
    }
  }

  /** Rows of the database of `sitemon run`. */
  queryRun(sql: string): Promise<Record<string, unknown>[]> {
    const db = new DatabaseSync(this.storePath, { readOnly: true });
    try {
      return Promise.resolve(db.prepare(sql).all());
    } finally {
      db.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.#sites[Symbol.asyncDispose]();
    await Promise.all(
      [...this.kafkaProxies, this.postgresProxy].map((proxy) => proxy[Symbol.asyncDispose]()),
    );
    await Promise.all([
      this.kafka[Symbol.asyncDispose](),
      this.postgres[Symbol.asyncDispose](),
    ]);
    // What a failure has to be understood by is kept.
    if (this.violations.length === 0) await Deno.remove(this.folder, { recursive: true });
  }

  get #servers(): string[] {
    return this.kafkaProxies.map(({ address }) => address);
  }

  async #prepare(): Promise<void> {
    const { password } = this.postgres;
    await this.#asServerOwner(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`);
    await this.#asServerOwner(`CREATE DATABASE ${ROLE} OWNER ${ROLE}`);
    await this.query(`ALTER SCHEMA public OWNER TO ${ROLE}`, "superuser");
    await this.admin((admin) =>
      admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic: TOPIC, numPartitions: FIRST_PARTITIONS }],
      })
    );
  }

  async #asServerOwner(sql: string): Promise<void> {
    const { host, port, user, password, db } = this.postgres;
    const client = new Client({ host, port, user, password, database: db });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  #client(user: "owner" | "superuser"): Client {
    const { host, port, password } = this.postgres;
    return new Client({
      host,
      port,
      user: user === "owner" ? ROLE : this.postgres.user,
      password,
      database: ROLE,
      connectionTimeoutMillis: 10_000,
      // It heals what it has broken.
      options: "-c default_transaction_read_only=off",
    });
  }

  #plainKafka(): Kafka {
    const direct = new Map(this.kafkaProxies.map(({ port, targetPort }) => [port, targetPort]));
    return new Kafka({
      brokers: this.#servers,
      clientId: "chaos",
      logLevel: logLevel.NOTHING,
      connectionTimeout: 5_000,
      requestTimeout: 10_000,
      retry: { retries: 5 },
      socketFactory: ({ host, port, onConnect }) =>
        net.connect({ host, port: direct.get(port) ?? port }, onConnect),
    });
  }

  #process(name: string, command: string): ChaosProcess {
    return new ChaosProcess({
      name,
      args: [command, "-c", `${this.folder}/${name}.yaml`],
      folder: this.folder,
      pidFolder: this.#guarded.path,
      onViolation: (what) => this.violations.push(what),
    });
  }

  #write(name: string, text: string): void {
    Deno.writeTextFileSync(
      `${this.folder}/${name}.yaml`,
      `log: { level: debug, format: json }\n${text}`,
    );
  }

  #sitesYaml(names: readonly string[], location: string): string {
    const sites = names.map((name) => {
      return `  - { name: ${name}, url: '${this.#sites.url(`${location}/${name}`)}' }\n`;
    });
    return `interval: 500ms\nlocation: ${location}\ndefaults: { timeout: 5s }\nsites:\n${
      sites.join("")
    }`;
  }

  #producer(location: string, outbox: string): ProducerPlace {
    const outboxPath = `${this.folder}/${location}.outbox.db`;
    this.#write(
      location,
      `${this.#sitesYaml(SITES, location)}
outbox: { path: '${outboxPath}'${outbox} }
kafka: { servers: [${this.#servers.join(", ")}], topic: ${TOPIC}, create_topic: false }
`,
    );
    return { process: this.#process(location, "producer"), location, outboxPath };
  }

  #consumer(name: string, threads: number): ChaosProcess {
    const { password } = this.postgres;
    this.#write(
      name,
      `kafka:
  servers: [${this.#servers.join(", ")}]
  topic: ${TOPIC}
  group: ${GROUP}
  create_topic: false
  consumers: ${threads}
postgres:
  host: 127.0.0.1
  port: ${this.postgresProxy.port}
  user: ${ROLE}
  password: ${password}
  db: ${ROLE}
  timeouts: { connect: 3s, statement: 5s }
`,
    );
    return this.#process(name, "consumer");
  }

  #run(): ProducerPlace {
    const outboxPath = `${this.folder}/run.outbox.db`;
    this.#write(
      "run",
      `${this.#sitesYaml(RUN_SITES, "run")}
outbox: { path: '${outboxPath}' }
store: { path: '${this.storePath}' }
`,
    );
    return { process: this.#process("run", "run"), location: "run", outboxPath };
  }
}

interface Parts {
  readonly kafka: KafkaCluster;
  readonly kafkaProxies: readonly TcpProxy[];
  readonly postgres: PostgresServer;
  readonly postgresProxy: TcpProxy;
}

/** Sequences are given without a hole, so that the last one says all. */
export function producedBy({ outboxPath }: ProducerPlace): Produced {
  const { producerId, sequenceLast } = readStats(outboxPath);
  return { producerId, last: sequenceLast };
}

/** The highest sequence that a producer's logs call stored, and how many they name. */
export function announcedBy({ process }: ProducerPlace): { last: number; count: number } {
  let [last, count] = [0, 0];
  for (const log of process.logs()) {
    for (const [, from, to] of log.matchAll(/"Stored (\d+) to (\d+)"/g)) {
      last = Math.max(last, Number(to));
      count += Number(to) - Number(from) + 1;
    }
  }
  return { last, count };
}
