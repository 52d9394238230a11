/** What `sitemon doctor` checks about Kafka: brokers, login, listeners, topic, group. It changes nothing. */
import { systemClock as clock } from "../runtime/clock.ts";
import { type Finding, Findings } from "../runtime/finding.ts";
import { reach } from "../runtime/reach.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import { KafkaClient, type KafkaConnectionOptions } from "./client/kafka_client.ts";
import { KafkaLog } from "./client/kafka_log.ts";
import { KafkaError } from "./kafka_error.ts";

export interface KafkaExamination {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  /** True if a missing topic will be created. */
  readonly createTopic: boolean;
  /** The consumer group; absent where nobody consumes. */
  readonly group?: string;
  /** The group of producers that share sites, with its topic. */
  readonly sharing?: { readonly topic: string; readonly group: string };
}

const SILENT: Telemetry = { count() {}, set() {}, observe() {}, dependency() {} };

/** Tries each step once, and stops at the first that the others need. */
export async function examineKafka(options: KafkaExamination): Promise<Finding[]> {
  const { servers } = options.connection;
  const brokers = await Promise.all(servers.map(async (server) => {
    const findings = new Findings(`Kafka broker ${server}`);
    const [, hostname, port] = /^\[?(.*?)\]?:(\d+)$/.exec(server)!;
    const isReached = await reach({ hostname: hostname!, port: Number(port) }, findings);
    return { findings, isReached };
  }));
  const found = brokers.flatMap(({ findings }) => findings.list);
  if (!brokers.some(({ isReached }) => isReached)) return found;
  const findings = new Findings("Kafka");
  await examineCluster(options, findings);
  return [...found, ...findings.list];
}

async function examineCluster(options: KafkaExamination, findings: Findings): Promise<void> {
  const { connection, sharing } = options;
  const log = new KafkaLog({ clock, telemetry: SILENT });
  using client = new KafkaClient("asking", { connection, clock, log });
  await using admin = new KafkaAdmin(client);
  if (!await step("login", findings, () => admin.connect())) return;
  findings.ok("login", howSecured(connection));
  await step("listeners", findings, () => examineListeners(admin, connection, findings));
  await examineTopicAndGroup(admin, options, findings);
  if (sharing !== undefined) {
    await examineTopicAndGroup(admin, { ...options, ...sharing }, findings);
  }
}

function howSecured({ sasl, tls }: KafkaConnectionOptions): string {
  const login = sasl ? `authenticated with ${sasl.mechanism}` : "no authentication";
  return `${login}, ${tls ? "TLS" : "no TLS"}`;
}

async function examineTopicAndGroup(
  admin: KafkaAdmin,
  options: KafkaExamination,
  findings: Findings,
): Promise<void> {
  const { group, topic } = options;
  if (!await examineTopic(admin, options, findings) || group === undefined) return;
  await step("group", findings, async () => {
    await admin.assertGroup(group, topic);
    findings.ok("group", `"${group}" is accessible`);
  });
}

/** Threads may connect only to the listeners that the configuration names. */
async function examineListeners(
  admin: KafkaAdmin,
  { servers }: KafkaConnectionOptions,
  findings: Findings,
): Promise<void> {
  const { listeners } = await admin.describeCluster();
  const unnamed = listeners.filter((server) => !servers.includes(server));
  if (unnamed.length === 0) {
    findings.ok("listeners", "all advertised listeners are in kafka.servers");
  } else {
    findings.problem(
      "listeners",
      `advertised but not in "kafka.servers": ${unnamed.join(", ")}; add ${
        unnamed.length === 1 ? "it" : "them"
      }`,
    );
  }
}

async function examineTopic(
  admin: KafkaAdmin,
  { topic, createTopic }: KafkaExamination,
  findings: Findings,
): Promise<boolean> {
  try {
    const partitions = await admin.countPartitions(topic);
    findings.ok(
      "topic",
      `"${topic}" is readable, ${partitions} ${partitions === 1 ? "partition" : "partitions"}`,
    );
    return true;
  } catch (error) {
    const isMissing = error instanceof KafkaError && error.failure === "topic_missing";
    if (isMissing && createTopic) {
      findings.ok("topic", `"${topic}" does not exist yet and will be created`);
    } else findings.problem("topic", (error as Error).message);
    return false;
  }
}

/** Reports a failure of `does` as a problem of the step; resolves to whether it succeeded. */
async function step(
  name: string,
  findings: Findings,
  does: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await does();
    return true;
  } catch (error) {
    findings.problem(name, (error as Error).message);
    return false;
  }
}
