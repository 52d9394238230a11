/** What `sitemon doctor` asks of Kafka: brokers, log in, listeners, topic, rights. It changes nothing. */
import type { Admin } from "kafkajs";
import { systemClock } from "../runtime/clock.ts";
import { type Finding, Findings } from "../runtime/finding.ts";
import { reach } from "../runtime/reach.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { connectToAny, KafkaClient, type KafkaConnectionOptions } from "./client/connection.ts";
import { classify } from "./client/errors.ts";
import { KafkaLog } from "./client/kafka_log.ts";

export interface KafkaExamination {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  /** True when a missing topic will be made. */
  readonly createTopic: boolean;
  /** The group that consumes; absent where nobody does. */
  readonly group?: string;
  /** The group of producers that share sites, with its topic. */
  readonly sharing?: { readonly topic: string; readonly group: string };
}

const SILENT: Telemetry = { count() {}, set() {}, observe() {}, dependency() {} };

/** Tries everything once, and goes no further than it gets. */
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
  const { connection } = options;
  const log = new KafkaLog({ clock: systemClock, telemetry: SILENT });
  using client = new KafkaClient("asking", { connection, log });
  const admin = client.kafka.admin();
  if (!await step("log in", findings, () => connectToAny(admin, connection))) return;
  const secured = [connection.tls && "TLS", connection.sasl?.mechanism].filter((it) => it);
  findings.well("log in", secured.length > 0 ? `by ${secured.join(" and ")}` : "in plain text");
  await step("listeners", findings, () => examineListeners(admin, connection, findings));
  await examineTopicAndGroup(admin, options, findings);
  const { sharing } = options;
  if (sharing !== undefined) {
    await examineTopicAndGroup(admin, { ...options, ...sharing }, findings);
  }
  await admin.disconnect().catch(() => {});
}

async function examineTopicAndGroup(
  admin: Admin,
  options: KafkaExamination,
  findings: Findings,
): Promise<void> {
  const { group, topic } = options;
  if (!await examineTopic(admin, options, findings) || group === undefined) return;
  await step("group", findings, async () => {
    await admin.fetchOffsets({ groupId: group, topics: [topic] });
    findings.well("group", `"${group}" may be used`);
  });
}

/** Every listener that brokers advertise must be named, or no thread may talk to it. */
async function examineListeners(
  admin: Admin,
  { servers }: KafkaConnectionOptions,
  findings: Findings,
): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const advertised = brokers.map(({ host, port }) =>
    `${host.includes(":") ? `[${host}]` : host}:${port}`
  );
  const unnamed = advertised.filter((server) => !servers.includes(server));
  if (unnamed.length === 0) {
    findings.well("listeners", `${advertised.join(", ")} are advertised, and named`);
  } else {
    findings.ill(
      "listeners",
      `${unnamed.join(", ")} are advertised and not named; add them to "kafka.servers"`,
    );
  }
}

async function examineTopic(
  admin: Admin,
  { topic, createTopic }: KafkaExamination,
  findings: Findings,
): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.fetchTopicOffsets(topic);
    const partitions = topics[0]?.partitions.length ?? 0;
    findings.well("topic", `"${topic}" has ${partitions} partitions, and may be read`);
    return true;
  } catch (error) {
    const { failure, message } = classify(error);
    if (failure === "topic_missing" && createTopic) {
      findings.well("topic", `"${topic}" is missing, and will be created`);
    } else findings.ill("topic", message);
    return false;
  }
}

/** Does something that may fail; the failure is a finding, with the classes' own sentence. */
async function step(
  name: string,
  findings: Findings,
  does: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await does();
    return true;
  } catch (error) {
    findings.ill(name, classify(error).message);
    return false;
  }
}
