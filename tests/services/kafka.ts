/** Kafka brokers for tests. */
import { type Found, hasCompose, share, type SharedServer } from "./found.ts";
import { freePort } from "../support/free_port.ts";
import { kafkaJars } from "./kafka_jars.ts";
import { findProgram } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

interface KafkaPrograms {
  readonly java: string;
  /** Folder of Kafka's jars. */
  readonly jars: string;
}

/** Looks in SITEMON_TEST_KAFKA, then for programs, then for Docker Compose. */
export function findKafka(): Found<KafkaPrograms> {
  const address = Deno.env.get("SITEMON_TEST_KAFKA");
  if (address) return { from: "environment", address };
  const own = findOwnKafka();
  if (own.from === "programs" || !hasCompose()) return own;
  return { from: "compose" };
}

/** Where a test gets brokers that it may kill: of Kafka's jars, run by this machine's Java. */
export function findOwnKafka(): Found<KafkaPrograms> {
  const java = findProgram("java");
  if (java === undefined) return { from: "nowhere", reason: "no Kafka: java is missing" };
  const jars = kafkaJars();
  if (jars.reason === undefined) return { from: "programs", programs: { java, jars: jars.folder } };
  return { from: "nowhere", reason: `no Kafka: ${jars.reason}` };
}

export interface KafkaOptions {
  /** How many brokers, each a controller too; three make a leader move. */
  readonly brokers?: 1 | 3;
  /** Broker settings, such as `{ "message.max.bytes": "100000" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files by name; `FOLDER` in a setting is replaced by the folder that they are written to. */
  readonly files?: Readonly<Record<string, string>>;
  /** The listener's protocol, by default `PLAINTEXT`; the others need settings. */
  readonly protocol?: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  /** Arguments of `StorageTool format`, such as `--add-scram`. */
  readonly format?: readonly string[];
  /** The host:port that each broker tells clients to connect to, in place of its own. */
  readonly advertised?: readonly string[];
}

/** Starts brokers; disposing them removes them with their data. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const found = findOwnKafka();
  if (found.from === "programs") return await KafkaCluster.create(found.programs, options);
  throw new Error(`Kafka cannot be started: ${found.reason}`);
}

/** The broker that the tests of a run share: started here unless the environment names one. */
export async function shareKafka(): Promise<SharedServer> {
  return await share(findKafka(), {
    service: "kafka",
    addressAt: (port) => `127.0.0.1:${port}`,
    start: async () => {
      const kafka = await startKafka();
      const dispose = () => kafka[Symbol.asyncDispose]();
      return { address: kafka.bootstrap, [Symbol.asyncDispose]: dispose };
    },
  });
}

// A bound heap and a fast start matter more to tests than throughput.
const JAVA_FLAGS = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

const LOG4J = `
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
`;

/** Brokers of one test's own. */
export class KafkaCluster implements AsyncDisposable {
  /** `host:port`, separated by commas. */
  readonly bootstrap: string;

  private constructor(
    readonly brokers: readonly KafkaBroker[],
    /** Holds the data of each, in `broker-ID`. */
    readonly folder: ServerFolder,
  ) {
    this.bootstrap = brokers.map((broker) => broker.address).join(",");
  }

  static async create(programs: KafkaPrograms, options: KafkaOptions): Promise<KafkaCluster> {
    await using closing = new AsyncDisposableStack();
    const folder = closing.use(new ServerFolder({ prefix: "sitemon-kafka-", endSignal: "KILL" }));
    folder.write({ "log4j2.properties": LOG4J, ...options.files });
    const log4j = `-Dlog4j2.configurationFile=${folder.path}/log4j2.properties`;
    const java = [programs.java, ...JAVA_FLAGS, log4j, "-cp", `${programs.jars}/*`];
    const ports = Array.from({ length: options.brokers ?? 1 }, () => freePort());
    const controllerPorts = ports.map(() => freePort());
    const brokers = ports.map((port, index) => {
      const id = index + 1;
      const settings = settingsOf({ id, port, controllerPorts, folder, options });
      return new KafkaBroker(id, port, settings, folder, java);
    });
    const clusterId = crypto.randomUUID().replaceAll("-", "").slice(0, 22);
    await Promise.all(brokers.map(async (broker) => {
      await broker.format(clusterId, options.format ?? []);
      await broker.start();
    }));
    closing.move();
    return new KafkaCluster(brokers, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await this.folder[Symbol.asyncDispose]();
  }
}

/** The text of `server.properties`. */
function settingsOf(
  { id, port, controllerPorts, folder, options }: {
    readonly id: number;
    readonly port: number;
    readonly controllerPorts: readonly number[];
    readonly folder: ServerFolder;
    readonly options: KafkaOptions;
  },
): string {
  const protocol = options.protocol ?? "PLAINTEXT";
  const count = String(controllerPorts.length);
  const clients = options.advertised?.[id - 1] ?? `127.0.0.1:${port}`;
  // Between themselves brokers go no detours.
  const internal = freePort();
  const settings = {
    "node.id": String(id),
    "process.roles": "broker,controller",
    "controller.quorum.voters": controllerPorts.map((p, i) => `${i + 1}@127.0.0.1:${p}`).join(","),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "BROKER",
    listeners: `CLIENT://127.0.0.1:${port},BROKER://127.0.0.1:${internal},` +
      `CONTROLLER://127.0.0.1:${controllerPorts[id - 1]}`,
    "advertised.listeners": `CLIENT://${clients},BROKER://127.0.0.1:${internal}`,
    "listener.security.protocol.map": `CLIENT:${protocol},BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    "log.dirs": `${folder.path}/broker-${id}`,
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": count,
    "default.replication.factor": count,
    "min.insync.replicas": count === "3" ? "2" : "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    ...options.settings,
  };
  return Object.entries(settings).map(([name, value]) =>
    `${name}=${value.replaceAll("FOLDER", folder.path)}\n`
  ).join("");
}

/** One broker. Its methods wait until the broker did what they say. */
export class KafkaBroker {
  readonly address: string;
  readonly #settingsFile: string;
  #process: ServerProcess | undefined;

  constructor(
    /** Its node id in the cluster, from 1. */
    readonly id: number,
    port: number,
    settings: string,
    private readonly folder: ServerFolder,
    /** The command line of Java, which a class follows. */
    private readonly java: readonly string[],
  ) {
    this.address = `127.0.0.1:${port}`;
    this.#settingsFile = `${folder.path}/broker-${id}.properties`;
    Deno.writeTextFileSync(this.#settingsFile, settings);
  }

  async format(clusterId: string, args: readonly string[]): Promise<void> {
    const tool = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", this.#settingsFile];
    await this.folder.run([...this.java, ...tool, ...args]);
  }

  /** Starts it, after an end on the same port with the same data. */
  async start(): Promise<void> {
    this.#process = await ServerProcess.start(this.folder, {
      name: `broker-${this.id}`,
      argv: [...this.java, "kafka.Kafka", this.#settingsFile],
      isReady: (log) => log.includes("Kafka Server started"),
    });
  }

  /** Ends it at once, as a power cut would (SIGKILL). */
  async kill(): Promise<void> {
    await this.#process?.end("SIGKILL");
    this.#process = undefined;
  }

  /** Holds it still, so that its connections hang (SIGSTOP). */
  suspend(): void {
    this.#process!.signal("SIGSTOP");
  }

  resume(): void {
    this.#process!.signal("SIGCONT");
  }
}
