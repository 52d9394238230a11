/** What a scenario works with: started when it asks, and ended with it. */
import { fileURLToPath } from "node:url";
import { createDatabase } from "../../services/database.ts";
import { shareKafka } from "../../services/kafka.ts";
import { type PostgresAddress, startPostgres } from "../../services/postgres.ts";
import { freePort } from "../../support/free_port.ts";
import { BenchProducer, type ProducerLoad } from "./bench_producer.ts";
import { BenchTopic } from "./bench_topic.ts";
import { DAEMON_GREETING, MeasuredProcess, SITEMON } from "./measured_process.ts";
import { startWebTarget, type WebTarget } from "./web_target.ts";

interface ConsumerOptions {
  readonly topic: BenchTopic;
  /** Named as the topic when absent. */
  readonly group?: string;
  /** Threads, each a member of the group; one when absent. */
  readonly members?: number;
  readonly database: PostgresAddress;
}

interface RunOptions {
  readonly url: string;
  readonly sites: number;
  readonly intervalS: number;
}

export class Workbench implements AsyncDisposable {
  readonly #closing = new AsyncDisposableStack();
  #bootstrap: string | undefined;

  constructor(
    /** A form of seconds, which shows that the bench works; its figures mean nothing. */
    readonly isShort: boolean,
    /** How long "memory" observes its processes; the short form ignores it. */
    readonly minutes: number,
  ) {}

  /** A bench of its own for a part of the scenario, with the same broker. */
  async part(): Promise<Workbench> {
    const part = new Workbench(this.isShort, this.minutes);
    part.#bootstrap = await this.bootstrap();
    return part;
  }

  /** One of two: what measures well, and what shows in seconds that the bench works. */
  sized<Size>(whole: Size, short: Size): Size {
    return this.isShort ? short : whole;
  }

  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    return this.#closing.use(resource);
  }

  /** `host:port` of the broker that the benches of a run share. */
  async bootstrap(): Promise<string> {
    return this.#bootstrap ??= this.use(await shareKafka()).address;
  }

  async topic(): Promise<BenchTopic> {
    return this.use(await BenchTopic.create(await this.bootstrap()));
  }

  async web(): Promise<WebTarget> {
    return this.use(await startWebTarget());
  }

  /** An empty folder. */
  folder(): string {
    const path = Deno.makeTempDirSync({ prefix: "sitemon-bench-" });
    this.#closing.defer(() => Deno.remove(path, { recursive: true }));
    return path;
  }

  /**
   * An empty database that writes to the disk as one in production does: on the server of
   * SITEMON_TEST_POSTGRES, else on one that is started, and which later databases share.
   */
  async database(): Promise<PostgresAddress> {
    if (Deno.env.get("SITEMON_TEST_POSTGRES") === undefined) {
      const server = this.use(await startPostgres({ fsync: true }));
      Deno.env.set("SITEMON_TEST_POSTGRES", server.url);
      this.#closing.defer(() => Deno.env.delete("SITEMON_TEST_POSTGRES"));
    }
    return this.use(await createDatabase());
  }

  /** Checks its sites until the end of the bench. */
  async producer(load: ProducerLoad): Promise<BenchProducer> {
    return this.use(await BenchProducer.start(load));
  }

  /** Checks its sites and keeps their status in `status.db`, until the end of the bench. */
  async run({ url, sites, intervalS }: RunOptions): Promise<MeasuredProcess> {
    const list = Array.from({ length: sites }, (_, n) => `  - { name: site ${n}, url: '${url}' }`);
    const yaml = `interval: ${intervalS}s
defaults: { timeout: 5s }
listen: 127.0.0.1:${freePort()}
web: { listen: '127.0.0.1:${freePort()}' }
outbox: { path: outbox.db }
store: { path: status.db }
sites:
${list.join("\n")}
`;
    return this.use(
      await MeasuredProcess.start({
        name: "run",
        files: { "run.yaml": yaml },
        argv: (folder) => [...SITEMON, "run", "-c", `${folder}/run.yaml`],
        greeting: DAEMON_GREETING,
      }),
    );
  }

  /** Applies what is in its topic until the end of the bench. */
  async consumer(options: ConsumerOptions): Promise<MeasuredProcess> {
    const { topic, group = topic.name, members = 1, database } = options;
    const { host, port, user, password, db } = database;
    const yaml = `listen: 127.0.0.1:${freePort()}
kafka: { servers: [${topic.bootstrap}], topic: ${topic.name}, group: ${group}, consumers: ${members} }
postgres: { host: ${host}, port: ${port}, user: ${user}, password: ${password}, db: ${db} }
`;
    return this.use(
      await MeasuredProcess.start({
        name: "consumer",
        files: { "consumer.yaml": yaml },
        argv: (folder) => [...SITEMON, "consumer", "-c", `${folder}/consumer.yaml`],
        greeting: DAEMON_GREETING,
      }),
    );
  }

  /** Runs a program of `floors/` with its argument until the end of the bench. */
  async floor(file: string, argument: unknown): Promise<MeasuredProcess> {
    const path = fileURLToPath(new URL(`../floors/${file}`, import.meta.url));
    const program = [Deno.execPath(), "run", "--quiet", "--allow-all", path];
    return this.use(
      await MeasuredProcess.start({
        name: "floor",
        argv: () => [...program, JSON.stringify(argument)],
        greeting: "It begins",
      }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing.disposeAsync();
  }
}
