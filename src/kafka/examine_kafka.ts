/** What `sitemon doctor` checks about Kafka: brokers, login, listeners, topic, group. It changes nothing. */
import { systemClock as clock } from "../runtime/clock.ts";
import { type Finding, Findings, reach } from "../runtime/finding.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import type { AdminPort, KafkaConnectionOptions, TopicAccess } from "./client_port.ts";
import { KafkaError } from "./kafka_error.ts";
import { EXAMINED_SETTINGS, topicProblems } from "./topic_settings.ts";

/** A topic, and the group that reads it; absent where nobody does. */
export type ExaminedTopic = Omit<TopicAccess, "clock" | "connection"> & {
  readonly group?: string;
};

export interface KafkaExamination extends ExaminedTopic {
  readonly connection: KafkaConnectionOptions;
  /** Other topics than that of the reports: of gaps, and of producers that share sites. */
  readonly more: readonly ExaminedTopic[];
}

/** Tries each step once, and stops at the first that the others need. */
export async function examineKafka(options: KafkaExamination): Promise<Finding[]> {
  const { servers } = options.connection;
  const brokers = await Promise.all(servers.map(async (server) => {
    const findings = new Findings(`Kafka broker ${server}`);
    const [, hostname, port] = /^\[?(.*?)\]?:(\d+)$/.exec(server)!;
    const isReached = await reach({ hostname: hostname!, port: Number(port) }, findings);
    return { findings, isReached };
  }));
  const findings = new Findings("Kafka");
  if (brokers.some(({ isReached }) => isReached)) await examineCluster(options, findings);
  return [...brokers.map((broker) => broker.findings), findings].flatMap(({ list }) => list);
}

async function examineCluster(options: KafkaExamination, findings: Findings): Promise<void> {
  const { connection, more } = options;
  await using admin = new KafkaAdmin({ connection, clock });
  const isConnected = await step("login", findings, async () => {
    await admin.connect();
    const { sasl, tls } = connection;
    const login = sasl ? `authenticated with ${sasl.mechanism}` : "no authentication";
    return `${login}, ${tls ? "TLS" : "no TLS"}`;
  });
  if (!isConnected) return;
  // Threads may connect only to the listeners that the configuration names.
  await step("listeners", findings, async () => {
    const { listeners } = await admin.describeCluster();
    const missing = listeners.filter((listener) => !connection.servers.includes(listener));
    if (missing.length === 0) return "all advertised listeners are in kafka.servers";
    const names = missing.join(", ");
    throw new Error(`advertised listeners missing from "kafka.servers": ${names}; add each`);
  });
  for (const examined of [options, ...more]) {
    const { topic, group } = examined;
    const exists = await examineTopic(admin, { ...examined, connection, clock }, findings);
    if (exists && examined === options) await examineSettings(admin, topic, findings);
    if (!exists || group === undefined) continue;
    await step("group", findings, async () => {
      await admin.assertGroup(group, topic, clock);
      return `"${group}" is accessible`;
    });
  }
}

/** Resolves to whether the topic exists. */
async function examineTopic(
  admin: AdminPort,
  access: TopicAccess,
  findings: Findings,
): Promise<boolean> {
  const { topic, createTopic } = access;
  let exists = false;
  await step("topic", findings, async () => {
    try {
      const count = await admin.countPartitions(topic);
      exists = true;
      return `"${topic}" is readable, ${count} partition${count === 1 ? "" : "s"}`;
    } catch (error) {
      const isMissing = error instanceof KafkaError && error.failure === "topic_missing";
      if (!isMissing || !createTopic) throw error;
      await admin.tryCreating(access);
      return `"${topic}" does not exist yet and will be created`;
    }
  });
  return exists;
}

/** The right to read them is needed for nothing else. */
async function examineSettings(admin: AdminPort, topic: string, findings: Findings) {
  try {
    const settings = await admin.topicSettings(topic);
    const problems = topicProblems(settings);
    for (const problem of problems) findings.problem("topic settings", problem);
    const found = EXAMINED_SETTINGS.map((name) => `${name}=${settings.get(name)}`).join(", ");
    if (problems.length === 0) findings.ok("topic settings", found);
  } catch (error) {
    const { failure, message } = error as KafkaError;
    const unread = "not examined: this user may not read them (DescribeConfigs)";
    if (failure === "authorization") findings.ok("topic settings", unread);
    else findings.problem("topic settings", message);
  }
}

/** Notes what `examine` resolves to, or its error as a problem; resolves to whether it succeeded. */
async function step(
  name: string,
  findings: Findings,
  examine: () => Promise<string>,
): Promise<boolean> {
  try {
    findings.ok(name, await examine());
    return true;
  } catch (error) {
    findings.problem(name, (error as Error).message);
    return false;
  }
}
