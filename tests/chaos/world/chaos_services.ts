/** The servers of one round of chaos, each behind a proxy, and how the test gets past those. */
import net from "node:net";
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { Client } from "pg";
import { makeTopic } from "../../kafka/kafka_fixture.ts";
import { type KafkaCluster, startKafka } from "../../services/kafka.ts";
import type { PostgresServer } from "../../services/postgres.ts";
import { eventually } from "../../support/waiting.ts";
import { PostgresPair } from "./postgres_pair.ts";
import { TcpProxy } from "./tcp_proxy.ts";

export const TOPIC = "chaos";
export const GROUP = "chaos";
/** Owner of the consumers' database, and its name; no superuser, whom limits do not bind. */
export const ROLE = "sitemon";
const FIRST_PARTITIONS = 4;
const CATCH_UP_MS = 120_000;
const RESET_MS_MAX = 60_000;

type User = "owner" | "superuser";
type Query = (sql: string) => Promise<unknown>;

export class ChaosServices implements AsyncDisposable {
  /** How many the topic has. */
  partitions = FIRST_PARTITIONS;

  private constructor(
    readonly kafka: KafkaCluster,
    readonly kafkaProxies: readonly TcpProxy[],
    private readonly pair: PostgresPair,
    readonly postgresProxy: TcpProxy,
    private readonly closing: AsyncDisposableStack,
  ) {}

  /** Starts them, with a topic and an empty database. */
  static async start(brokers: 1 | 3): Promise<ChaosServices> {
    await using parts = new AsyncDisposableStack();
    const kafkaProxies = Array.from({ length: brokers }, () => parts.use(new TcpProxy()));
    const advertised = kafkaProxies.map(({ address }) => address);
    const [kafka, pair] = await Promise.all([
      startKafka({ brokers, advertised }).then((cluster) => parts.use(cluster)),
      PostgresPair.start().then((servers) => parts.use(servers)),
    ]);
    kafka.brokers.forEach(({ address }, index) => {
      kafkaProxies[index]!.targetPort = Number(address.split(":")[1]);
    });
    const postgresProxy = parts.use(new TcpProxy(pair.primary.port));
    const closing = new AsyncDisposableStack();
    const services = new ChaosServices(kafka, kafkaProxies, pair, postgresProxy, closing);
    await services.#prepare();
    closing.use(parts.move());
    return services;
  }

  /** What sitemon connects to: the proxies' addresses. */
  get servers(): string[] {
    return this.kafkaProxies.map(({ address }) => address);
  }

  /** The primary. */
  get postgres(): PostgresServer {
    return this.pair.primary;
  }

  /** Loses the primary for good; its standby is then what sitemon connects to. */
  async failOver(): Promise<void> {
    await this.pair.failOver();
    this.postgresProxy.targetPort = this.postgres.port;
    await this.pair.replaceStandby();
  }

  /** Rows of the consumers' database, asked for past the proxy. */
  query<Row = Record<string, unknown>>(sql: string, user: User = "owner"): Promise<Row[]> {
    const role = user === "owner" ? ROLE : this.postgres.user;
    return this.#as({ user: role, db: ROLE }, async (query) => (await query(sql)).rows as Row[]);
  }

  /** Does `work` past the proxy inside a transaction, which is rolled back. */
  async transaction(work: (query: Query) => Promise<void>): Promise<void> {
    await this.#as({ user: ROLE, db: ROLE }, async (query) => {
      await query("BEGIN");
      await work(query);
      await query("ROLLBACK");
    });
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

  /** Waits until the consumers' group has committed the end of every partition. */
  async groupHasReadAll(): Promise<void> {
    const hasReadAll = () =>
      this.admin(async (admin) => {
        const ends = await admin.fetchTopicOffsets(TOPIC);
        const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
        const read = new Map(group!.partitions.map((p) => [p.partition, Number(p.offset)]));
        const isBehind = ends.some(({ partition, high }) =>
          Number(high) > Math.max(0, read.get(partition) ?? 0)
        );
        return isBehind ? undefined : true;
      });
    await eventually(CATCH_UP_MS, "a group that has read everything", hasReadAll, 500);
  }

  /** Sends the group back to the beginning, once the broker has given up members that were killed. */
  async resetGroup(): Promise<void> {
    const reset = () =>
      this.admin(async (admin) => {
        await admin.resetOffsets({ groupId: GROUP, topic: TOPIC, earliest: true });
        return true;
      });
    await eventually(RESET_MS_MAX, "an empty group", reset, 2_000);
  }

  /** Does `work` with a producer that goes past the proxies. */
  async producer(work: (producer: Producer) => Promise<void>): Promise<void> {
    const producer = this.#plainKafka().producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 0 },
    });
    try {
      await producer.connect();
      await work(producer);
    } finally {
      await producer.disconnect();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.closing.disposeAsync();
  }

  async #prepare(): Promise<void> {
    const { password, user, db } = this.postgres;
    await this.#as({ user, db }, async (query) => {
      await query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`);
      await query(`CREATE DATABASE ${ROLE} OWNER ${ROLE}`);
    });
    await this.query(`ALTER SCHEMA public OWNER TO ${ROLE}`, "superuser");
    await makeTopic(this.servers.join(), TOPIC, { partitions: FIRST_PARTITIONS });
  }

  async #as<T>(
    { user, db }: { user: string; db: string },
    work: (query: (sql: string) => Promise<{ rows: unknown[] }>) => Promise<T>,
  ): Promise<T> {
    const { host, port, password } = this.postgres;
    const client = new Client({
      host,
      port,
      user,
      password,
      database: db,
      connectionTimeoutMillis: 10_000,
      // It repairs what it has broken.
      options: "-c default_transaction_read_only=off",
    });
    // The server may be stopped meanwhile; the query then fails.
    client.on("error", () => {});
    try {
      await client.connect();
      return await work((sql) => client.query(sql));
    } finally {
      await client.end().catch(() => {});
    }
  }

  #plainKafka(): Kafka {
    const direct = new Map(this.kafkaProxies.map(({ port, targetPort }) => [port, targetPort]));
    return new Kafka({
      brokers: this.servers,
      clientId: "chaos",
      logLevel: logLevel.NOTHING,
      connectionTimeout: 5_000,
      requestTimeout: 10_000,
      retry: { retries: 5 },
      socketFactory: ({ host, port, onConnect }) =>
        net.connect({ host, port: direct.get(port) ?? port }, onConnect),
    });
  }
}
