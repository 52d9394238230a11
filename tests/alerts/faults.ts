/** The faults that alerts are for: how each is made in real processes, and which alerts fire. */
import { administer, sendMessages } from "../kafka/kafka_fixture.ts";
import { Authority } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { serveLocally } from "../support/local_server.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { eventually } from "../support/waiting.ts";
import { uniqueName } from "../support/unique_name.ts";
import { failingThreads } from "./failing_threads.ts";
import type { PostgresServer } from "../services/postgres.ts";

/** Where faults are made; what is started ends with the stack. */
export interface World {
  readonly stack: AsyncDisposableStack;
  /** `host:port` of a broker. */
  readonly kafka: string;
  startPostgres(): Promise<PostgresServer>;
}

/** What a fault needs: processes to scrape, and what breaks them. */
export interface Scene {
  /** Ports of `listen`, by instance. */
  readonly targets: Readonly<Record<string, number>>;
  /** Called after a minute in which all was well; absent where the fault is there from the start. */
  readonly breaks?: () => Promise<unknown> | void;
}

export interface Fault {
  readonly minutes: number;
  /** Every alert that fires. */
  readonly alerts: readonly string[];
  make(world: World): Promise<Scene> | Scene;
}

/** Nobody listens there. */
const NOWHERE = "127.0.0.1:1";
const DEAD_SITE = `{ name: refuses, url: 'http://${NOWHERE}/' }`;

/** A daemon with a folder of its own, which is where `FOLDER` in its configuration is. */
class Daemon {
  readonly port = freePort();
  readonly folder = new TempFolder();
  readonly process: SitemonProcess;

  constructor(
    { stack }: World,
    role: "run" | "producer" | "consumer",
    yaml: string,
    files: Readonly<Record<string, string>> = {},
  ) {
    stack.use(this.folder);
    Deno.mkdirSync(this.folder.file("state"));
    for (const [name, text] of Object.entries(files)) this.folder.write(name, text);
    const inFolder = `listen: 127.0.0.1:${this.port}
${role === "run" ? `web: false\nstore: { path: FOLDER/status.db }` : ""}
${role === "consumer" ? "" : yaml.includes("outbox:") ? "" : "outbox: { path: FOLDER/outbox.db }"}
${yaml}`.replaceAll("FOLDER", this.folder.path);
    const file = this.folder.write("sitemon.yaml", inFolder);
    this.process = new SitemonProcess([role, "-c", file]);
    stack.use(this.process);
  }
}

function aSite({ stack }: World): string {
  return `{ name: up, url: '${stack.use(serveLocally(() => new Response("ok"))).origin}/' }`;
}

/** A producer and a consumer on a topic and a database of their own. */
async function pipeline(world: World, { postgres }: { postgres?: PostgresServer } = {}) {
  const { host, port, user, password, db } = postgres ?? await world.startPostgres();
  const topic = uniqueName("topic");
  // A group of its own: others would take its partitions, and apply nothing of them.
  const kafka = `kafka: { servers: ["${world.kafka}"], topic: ${topic}, group: ${topic} }`;
  const producer = new Daemon(
    world,
    "producer",
    `interval: 2s\nsites: [${aSite(world)}]\n${kafka}`,
  );
  const consumer = new Daemon(
    world,
    "consumer",
    `${kafka}\npostgres: { host: ${host}, port: ${port}, user: ${user}, password: ${password}, db: ${db} }`,
  );
  return {
    topic,
    producer,
    consumer,
    targets: { producer: producer.port, consumer: consumer.port },
  };
}

async function writeGarbage({ kafka }: World, topic: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1_000) {
    const messages = Array.from({ length: Math.min(left, 1_000) }, () => ({ value: "garbage" }));
    await sendMessages(kafka, topic, messages);
  }
}

/** Takes from a topic what is written while nobody reads it. */
async function deleteUnread({ kafka }: World, topic: string, consumer: SitemonProcess) {
  await administer(kafka, async (admin) => {
    const ends = async () =>
      (await admin.fetchTopicOffsets(topic))
        .map(({ partition, offset }) => ({ partition, offset }));
    const sum = async () => (await ends()).reduce((all, { offset }) => all + Number(offset), 0);
    consumer.signal("SIGSTOP");
    const before = await sum();
    // One may be on its way already.
    await eventually(60_000, "reports", async () => await sum() > before + 5 || undefined);
    await admin.deleteTopicRecords({ topic, partitions: await ends() });
    consumer.signal("SIGCONT");
  });
}

/** So many that, at 200 ms, what a scanner keeps in memory is full within two minutes. */
function manyDeadSites(): string {
  return Array.from({ length: 30 }, (_, n) => `{ name: s${n}, url: 'http://${NOWHERE}/' }`)
    .join(", ");
}

function stranded(outbox: string): string {
  return `interval: 1s\nsites: [${DEAD_SITE}]\nkafka: { servers: ["${NOWHERE}"], topic: t }\n${outbox}`;
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  healthy: {
    minutes: 4,
    alerts: [],
    make: (world) => pipeline(world),
  },
  frozen_postgres: {
    minutes: 7.5,
    alerts: ["SitemonDataIsOld", "SitemonDependencyDown", "SitemonLag"],
    async make(world) {
      const postgres = await world.startPostgres();
      const { topic, targets } = await pipeline(world, { postgres });
      return {
        targets,
        breaks: async () => {
          world.stack.defer(() => postgres.resume());
          postgres.suspend();
          await writeGarbage(world, topic, 12_000);
        },
      };
    },
  },
  refusing_receiver: {
    minutes: 7,
    alerts: ["SitemonAlertsWait", "SitemonDependencyDown", "SitemonSiteDown"],
    make(world) {
      const refuse = () => new Response("no such hook", { status: 404 });
      const { origin } = world.stack.use(serveLocally(refuse));
      const alerts = `alerts: { channels: { ops: { slack: { url: '${origin}/' } } } }`;
      const daemon = new Daemon(world, "run", `interval: 2s\nsites: [${DEAD_SITE}]\n${alerts}`);
      return { targets: { run: daemon.port } };
    },
  },
  dead_producer: {
    minutes: 8,
    alerts: ["SitemonAllSitesStale", "SitemonProcessDown", "SitemonSitesStale"],
    async make(world) {
      const { producer, targets } = await pipeline(world);
      return { targets, breaks: () => producer.process.kill() };
    },
  },
  poisoned_topic: {
    minutes: 2,
    alerts: ["SitemonDeadLetters"],
    async make(world) {
      const { topic, targets } = await pipeline(world);
      return { targets, breaks: () => writeGarbage(world, topic, 1) };
    },
  },
  short_retention: {
    minutes: 4,
    alerts: ["SitemonMessagesSkipped"],
    async make(world) {
      const { topic, consumer, targets } = await pipeline(world);
      return { targets, breaks: () => deleteUnread(world, topic, consumer.process) };
    },
  },
  unreachable_kafka: {
    minutes: 7.5,
    alerts: [
      "SitemonDependencyDown",
      "SitemonPublishingFails",
      "SitemonReportsWait",
      "SitemonSiteDown",
    ],
    make: (world) => ({ targets: { producer: new Daemon(world, "producer", stranded("")).port } }),
  },
  lost_group: {
    minutes: 4,
    alerts: ["SitemonDependencyDown"],
    make(world) {
      const yaml = `${stranded("")}\nscanner: { group: { name: checkers } }`;
      return { targets: { producer: new Daemon(world, "producer", yaml).port } };
    },
  },
  full_outbox: {
    minutes: 4,
    alerts: ["SitemonDependencyDown", "SitemonReportsDropped", "SitemonSiteDown"],
    make(world) {
      const yaml = stranded("outbox: { path: FOLDER/outbox.db, max_rows: 20 }");
      return { targets: { producer: new Daemon(world, "producer", yaml).port } };
    },
  },
  paused_checks: {
    minutes: 17,
    alerts: [
      "SitemonChecksLeftOut",
      "SitemonChecksStopped",
      "SitemonDependencyDown",
      "SitemonPublishingFails",
      "SitemonReportsWait",
      "SitemonSiteDown",
    ],
    make(world) {
      const outbox = "outbox: { path: FOLDER/outbox.db, max_rows: 60, when_full: pause }";
      const yaml = `interval: 200ms
sites: [${manyDeadSites()}]
kafka: { servers: ["${NOWHERE}"], topic: t }
${outbox}`;
      return { targets: { producer: new Daemon(world, "producer", yaml).port } };
    },
  },
  dead_site: {
    minutes: 4,
    alerts: ["SitemonSiteDown"],
    make(world) {
      const run = new Daemon(world, "run", `interval: 1s\nsites: [${DEAD_SITE}]`);
      return { targets: { run: run.port } };
    },
  },
  ending_certificate: {
    minutes: 7,
    alerts: ["SitemonCertificateEnds"],
    make(world) {
      const authority = world.stack.use(new Authority());
      const names = "IP:127.0.0.1";
      const certificate = authority.sign("site", { names, validity: ["-days", "5"] });
      const { origin } = world.stack.use(serveLocally(() => new Response("ok"), certificate));
      const yaml =
        `interval: 2s\nsites: [{ name: tls, url: '${origin}/', tls: { ca: FOLDER/ca.pem } }]`;
      const run = new Daemon(world, "run", yaml, { "ca.pem": authority.cert });
      return { targets: { run: run.port } };
    },
  },
  no_network: {
    minutes: 4,
    alerts: ["SitemonNoNetwork"],
    make(world) {
      const yaml = `interval: 1s
connectivity: { urls: ['http://${NOWHERE}/'] }
sites: [${DEAD_SITE}]`;
      return { targets: { run: new Daemon(world, "run", yaml).port } };
    },
  },
  removed_outbox: {
    minutes: 2,
    alerts: ["SitemonOutboxReset"],
    make(world) {
      const run = new Daemon(world, "run", `interval: 1s\nsites: [${aSite(world)}]`);
      const removeAll = () => {
        for (const end of ["", "-wal", "-shm"]) {
          Deno.removeSync(`${run.folder.file("outbox.db")}${end}`);
        }
      };
      return { targets: { run: run.port }, breaks: removeAll };
    },
  },
  unusable_disk: {
    minutes: 5,
    alerts: [
      "SitemonAllSitesStale",
      "SitemonDependencyDown",
      "SitemonReportsLost",
      "SitemonSiteDown",
    ],
    make(world) {
      const run = new Daemon(
        world,
        "run",
        `interval: 200ms\noutbox: { path: FOLDER/state/outbox.db }\nsites: [${manyDeadSites()}]`,
      );
      const breakDisk = () => {
        Deno.removeSync(run.folder.file("state"), { recursive: true });
        run.folder.write("state", "no folder any more");
      };
      return { targets: { run: run.port }, breaks: breakDisk };
    },
  },
  refused_configuration: {
    minutes: 3,
    alerts: ["SitemonConfigurationRefused"],
    make(world) {
      const run = new Daemon(world, "run", `interval: 1s\nsites: [${aSite(world)}]`);
      const breaks = () => {
        run.folder.write("sitemon.yaml", "sites: no list");
        run.process.signal("SIGHUP");
      };
      return { targets: { run: run.port }, breaks };
    },
  },
  failing_threads: {
    minutes: 7,
    alerts: [
      "SitemonDependencyDown",
      "SitemonSitesLost",
      "SitemonThreadIsBusy",
      "SitemonThreadsDie",
    ],
    make: ({ stack }) => ({ targets: { threads: failingThreads(stack) } }),
  },
  not_scraped: {
    minutes: 6,
    alerts: ["SitemonNotScraped"],
    make: () => ({ targets: {} }),
  },
};
