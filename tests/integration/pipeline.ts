/** A producer and a consumer with a topic, a database and a folder of their own. */
import { Client } from "pg";
import { startHttpbin } from "./httpbin.ts";
import { createDatabase, type TestDatabase } from "../services/database.ts";
import { uniqueName } from "../support/unique_name.ts";
import { eventually } from "../support/waiting.ts";
import { type SitemonOptions, SitemonProcess } from "../support/sitemon_process.ts";

/** How long an integration test waits for what takes seconds. */
export const DEADLINE_MS = 60_000;

export interface PipelineOptions {
  /** YAML of the sites, with two spaces before each dash; or how many sites that are up. */
  readonly sites: string | number;
  readonly interval?: string;
  /** `host:port` of the brokers; those that the tests of the run share when absent. */
  readonly bootstrap?: string;
  readonly consumers?: number;
  /** One of the server that the tests of the run share when absent. */
  readonly database?: TestDatabase;
  /** More lines of the producer's file. */
  readonly producer?: string;
  /** More lines of the consumer's file. */
  readonly consumer?: string;
  /** More lines under `kafka:`, for both sides, with two spaces before each. */
  readonly kafka?: string;
}

/** Both configuration files, and whatever processes a test starts with them. */
export class Pipeline implements AsyncDisposable {
  readonly folder: string;
  readonly topic = uniqueName("topic");
  readonly bootstrap: string;
  readonly producerFile: string;
  readonly consumerFile: string;
  readonly outboxPath: string;
  readonly #database: TestDatabase;
  readonly #client: Client;
  readonly #httpbin = startHttpbin();
  readonly #processes: SitemonProcess[] = [];

  private constructor(
    options: PipelineOptions,
    { folder, database }: { folder: string; database: TestDatabase },
  ) {
    this.folder = folder;
    this.#database = database;
    this.bootstrap = options.bootstrap ?? Deno.env.get("SITEMON_TEST_KAFKA")!;
    this.producerFile = `${folder}/producer.yaml`;
    this.consumerFile = `${folder}/consumer.yaml`;
    this.outboxPath = `${folder}/outbox/outbox.db`;
    const { host, port, user, password, db } = database;
    this.#client = new Client({ host, port, user, password, database: db });
    Deno.mkdirSync(`${folder}/outbox`);
    Deno.writeTextFileSync(this.producerFile, this.#producerYaml(options));
    Deno.writeTextFileSync(this.consumerFile, this.#consumerYaml(options));
  }

  static async create(options: PipelineOptions): Promise<Pipeline> {
    const folder = await Deno.makeTempDir({ prefix: "sitemon-pipeline-" });
    const database = options.database ?? await createDatabase();
    const pipeline = new Pipeline(options, { folder, database });
    await pipeline.#client.connect();
    return pipeline;
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  startProducer(options: SitemonOptions = {}): SitemonProcess {
    return this.#start(["producer", "-c", this.producerFile], options);
  }

  startConsumer(options: SitemonOptions = {}): SitemonProcess {
    return this.#start(["consumer", "-c", this.consumerFile], options);
  }

  /** Rows of the consumer's database. */
  async query<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query(sql, values)).rows as Row[];
  }

  /** How many reports are in the history, or of those sequences. */
  async reports(first = 0, last = 2 ** 31 - 1): Promise<number> {
    const [row] = await this.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM site_report WHERE sequence BETWEEN $1 AND $2",
      [first, last],
    );
    return row!.count;
  }

  /** Waits until that many reports are in the history. */
  async historyHolds(count: number, { orMore = false } = {}): Promise<void> {
    await eventually(DEADLINE_MS, `${count} reports in the history`, async () => {
      const reports = await this.reports();
      if (reports === count || orMore && reports > count) return true;
      throw new Error(`${reports} reports`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.kill();
    await this.#client.end();
    await this.#httpbin[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  #start(args: string[], options: SitemonOptions): SitemonProcess {
    const process = new SitemonProcess(args, options);
    this.#processes.push(process);
    return process;
  }

  #producerYaml({ sites, interval = "500ms", producer = "", kafka = "" }: PipelineOptions): string {
    const siteUp = (_: unknown, n: number) =>
      `  - { name: s${n}, url: '${this.#httpbin.origin}/status/200' }`;
    return `interval: ${interval}
log: { level: debug, format: json }
outbox: { path: '${this.outboxPath}' }
${producer}
sites:
${typeof sites === "string" ? sites : Array.from({ length: sites }, siteUp).join("\n")}
kafka:
  servers: [${this.bootstrap}]
  topic: ${this.topic}
${kafka}
`;
  }

  #consumerYaml({ consumers = 1, kafka = "", consumer = "" }: PipelineOptions): string {
    const { host, port, user, password, db } = this.#database;
    return `log: { level: debug, format: json }
${consumer}
kafka:
  servers: [${this.bootstrap}]
  topic: ${this.topic}
  consumers: ${consumers}
  # A group of its own: one that tests share would wait for members that another test has killed.
  group: ${this.topic}
${kafka}
postgres: { host: ${host}, port: ${port}, user: ${user}, password: ${password}, db: ${db} }
`;
  }
}

/** The highest sequence that a producer's log calls stored. */
export function storedSequence(producer: SitemonProcess): number {
  const stored = producer.logs.filter(({ message }) => message.startsWith("stored "));
  return Math.max(0, ...stored.map((line) => Number(line.last)));
}

/** Waits until a producer has stored more than that many reports. */
export async function storesMoreThan(producer: SitemonProcess, count: number): Promise<number> {
  return await eventually(DEADLINE_MS, `more than ${count} reports`, () => {
    const stored = storedSequence(producer);
    return stored > count ? stored : undefined;
  });
}
