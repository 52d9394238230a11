/**
 * What a failure of kafkajs means, found in the chain of its causes.
 *
 * The outer error's `retriable` says whether kafkajs would try again, not whether that would help:
 * in an outage it is false.
 */
import { KafkaError, type KafkaFailure } from "../kafka_error.ts";

/** The parts of an error of kafkajs, Node or Deno that say what happened. */
interface Link {
  readonly name?: string;
  readonly message?: string;
  /** The Kafka protocol's name of its code, such as `TOPIC_AUTHORIZATION_FAILED`. */
  readonly type?: string;
  /** `host:port` */
  readonly broker?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** A longer chain is taken for a cycle. */
const CAUSES_MAX = 16;

/** Errors of the protocol by what they mean; one that is not here is `rejected`. */
const FAILURE_BY_TYPE: Readonly<Record<string, KafkaFailure>> = {
  TOPIC_AUTHORIZATION_FAILED: "authorization",
  GROUP_AUTHORIZATION_FAILED: "authorization",
  CLUSTER_AUTHORIZATION_FAILED: "authorization",
  SASL_AUTHENTICATION_FAILED: "authentication",
  UNSUPPORTED_SASL_MECHANISM: "authentication",
  ILLEGAL_SASL_STATE: "authentication",
  UNKNOWN_TOPIC_OR_PARTITION: "topic_missing",
  REQUEST_TIMED_OUT: "timeout",
  BROKER_NOT_AVAILABLE: "unreachable",
  FENCED_LEADER_EPOCH: "unreachable",
  GROUP_COORDINATOR_NOT_AVAILABLE: "unreachable",
  GROUP_LOAD_IN_PROGRESS: "unreachable",
  KAFKA_STORAGE_ERROR: "unreachable",
  LEADER_NOT_AVAILABLE: "unreachable",
  LISTENER_NOT_FOUND: "unreachable",
  NETWORK_EXCEPTION: "unreachable",
  NOT_CONTROLLER: "unreachable",
  NOT_COORDINATOR_FOR_GROUP: "unreachable",
  NOT_ENOUGH_REPLICAS: "unreachable",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: "unreachable",
  NOT_LEADER_FOR_PARTITION: "unreachable",
  REPLICA_NOT_AVAILABLE: "unreachable",
  UNKNOWN_LEADER_EPOCH: "unreachable",
};

const FAILURE_BY_NAME: Readonly<Record<string, KafkaFailure>> = {
  KafkaJSSASLAuthenticationError: "authentication",
  KafkaJSRequestTimeoutError: "timeout",
  KafkaJSTimeout: "timeout",
  KafkaJSLockTimeout: "timeout",
  KafkaJSConnectionError: "unreachable",
  KafkaJSConnectionClosedError: "unreachable",
  KafkaJSBrokerNotFound: "unreachable",
  KafkaJSNoBrokerAvailableError: "unreachable",
  KafkaJSMetadataNotLoaded: "unreachable",
  KafkaJSTopicMetadataNotLoaded: "unreachable",
  KafkaJSGroupCoordinatorNotFound: "unreachable",
};

/** Where Kafka's own words do not say what to do; since Kafka 4 an hour ahead is too far. */
const REMEDY_BY_TYPE: Readonly<Record<string, string>> = {
  INVALID_TIMESTAMP: "; set the clock of this host",
};

/** Deno's own words, and what `dns.lookup` makes of them. */
const DENIED = /Requires net access to|getaddrinfo EPERM|NotCapable/;
const DENIED_ADDRESS = /Requires net access to "([^"]+)"|getaddrinfo EPERM (\S+)/;
/** The words of rustls, as Deno hands them on, and OpenSSL's, as Node does. */
const TLS =
  /certificate|UnknownIssuer|InvalidContentType|corrupt message|fatal alert|handshake|ERR_TLS|CERT_/i;

/** Settles as `ask` does, with a {@linkcode KafkaError} in place of an error that kafkajs threw. */
export async function translated<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isFromKafka(error) ? kafkaError(error) : error;
  }
}

/** What an error of kafkajs means, bare or wrapped. */
export function kafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const links = chain(error);
  const failure = failureOf(links);
  const code = links.find(({ type }) => type !== undefined)?.type;
  return new KafkaError(failure, sentence(failure, links), { cause: error, code });
}

/** True for errors that come from Kafka or the way to it, and not from a fault in the program. */
export function isFromKafka(error: unknown): boolean {
  return chain(error).some(({ name }) => name?.startsWith("KafkaJS"));
}

/** The error and its causes, the outermost first. */
function chain(error: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let link = error; link instanceof Error && links.length < CAUSES_MAX; link = link.cause) {
    links.push(link as Link);
  }
  return links;
}

function failureOf(links: readonly Link[]): KafkaFailure {
  if (links.some((link) => DENIED.test(textOf(link)))) return "permission";
  const type = links.find((link) => link.type !== undefined)?.type;
  if (type !== undefined) return FAILURE_BY_TYPE[type] ?? "rejected";
  const names = links.map(({ name = "" }) => FAILURE_BY_NAME[name]).filter((it) => it);
  // To kafkajs, a failed handshake is a broken connection.
  if (names.includes("unreachable") && links.some((link) => TLS.test(textOf(link)))) return "tls";
  return names.at(-1) ?? "rejected";
}

function textOf({ name, message, code }: Link): string {
  return `${name} ${message} ${code}`;
}

function sentence(failure: KafkaFailure, links: readonly Link[]): string {
  const detail = detailOf(links);
  switch (failure) {
    case "unreachable":
      return `cannot reach Kafka: ${detail}`;
    case "timeout":
      return `Kafka did not answer in time: ${detail}`;
    case "permission":
      return `broker ${deniedAddress(links)} is not in "kafka.servers"; add it`;
    case "tls":
      return `TLS handshake with Kafka failed: ${detail}; check "kafka.tls"`;
    case "authentication":
      return `Kafka rejected the login: ${detail}; check "kafka.sasl"`;
    case "authorization":
      return `Kafka denied access: ${detail}; grant this user access to the topic and the group`;
    case "topic_missing":
      return `topic does not exist: ${detail}; create it, or set "kafka.create_topic: true"`;
    case "rejected":
      return `Kafka rejected the request: ${detail}${remedyOf(links)}`;
  }
}

/** The innermost error's own words, with the protocol's name and the broker where they are known. */
function detailOf(links: readonly Link[]): string {
  const inner = links.find((link) => link.type !== undefined) ?? links.at(-1);
  const text = inner?.message ?? "no reason given";
  const broker = links.find((link) => link.broker !== undefined)?.broker;
  const notes = [
    inner?.type,
    broker !== undefined && !text.includes(broker) ? `broker ${broker}` : undefined,
  ].filter((note) => note !== undefined);
  return notes.length > 0 ? `${text} (${notes.join(", ")})` : text;
}

function remedyOf(links: readonly Link[]): string {
  return links.map(({ type = "" }) => REMEDY_BY_TYPE[type]).find((it) => it) ?? "";
}

/** kafkajs knows host and port; texts may have the host alone. */
function deniedAddress(links: readonly Link[]): string {
  const broker = links.find((link) => link.broker !== undefined)?.broker;
  if (broker !== undefined) return `"${broker}"`;
  const match = links.map((link) => DENIED_ADDRESS.exec(textOf(link))).find((it) => it);
  return `"${match?.[1] ?? match?.[2] ?? "unknown"}"`;
}
