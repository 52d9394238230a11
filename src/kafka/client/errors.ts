/**
 * What a failure of kafkajs means, found in the chain of its causes.
 *
 * The outer error's `retriable` says whether kafkajs would try again, not whether that would help:
 * in an outage it is false.
 */
import { PublishError, type PublishFailure } from "../../outbox/publisher.ts";

/** The parts of an error of kafkajs, Node or Deno that tell what happened. */
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

/** A chain longer than this is a circle. */
const CAUSES_MAX = 16;

/** Errors of the protocol by what they mean; one that is not here is `rejected`. */
const FAILURE_BY_TYPE: Readonly<Record<string, PublishFailure>> = {
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

const FAILURE_BY_NAME: Readonly<Record<string, PublishFailure>> = {
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

/** What helps where the protocol's own words do not say it; since Kafka 4 an hour ahead is too far. */
const REMEDY_BY_TYPE: Readonly<Record<string, string>> = {
  INVALID_TIMESTAMP: "; set the clock of this host",
};

/** Deno's own words, and what `dns.lookup` makes of them. */
const DENIED = /Requires net access to|getaddrinfo EPERM|NotCapable/;
const DENIED_ADDRESS = /Requires net access to "([^"]+)"|getaddrinfo EPERM (\S+)/;
/** The words of rustls, as Deno hands them on, and OpenSSL's, as Node does. */
const TLS =
  /certificate|UnknownIssuer|InvalidContentType|corrupt message|fatal alert|handshake|ERR_TLS|CERT_/i;

/** What a failure means for whoever wanted something of Kafka; one that says it already is kept. */
export function classify(error: unknown): PublishError {
  if (error instanceof PublishError) return error;
  const links = chain(error);
  const failure = failureOf(links);
  return new PublishError(failure, sentence(failure, links), { cause: error });
}

/** True when the broker refused a batch for its size. */
export function isTooLarge(error: unknown): boolean {
  return chain(error).some(({ type }) =>
    type === "MESSAGE_TOO_LARGE" || type === "RECORD_LIST_TOO_LARGE"
  );
}

/** The protocol's name of the code that the broker answered with, such as `UNKNOWN_MEMBER_ID`. */
export function protocolError(error: unknown): string | undefined {
  return chain(error).find(({ type }) => type !== undefined)?.type;
}

/** True for errors that come from Kafka or the way to it, and not from a fault in the program. */
export function isFromKafka(error: unknown): boolean {
  return error instanceof PublishError ||
    chain(error).some(({ name }) => name?.startsWith("KafkaJS"));
}

/** The error and its causes, the outermost first. */
function chain(error: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let link = error; link instanceof Error && links.length < CAUSES_MAX; link = link.cause) {
    links.push(link as Link);
  }
  return links;
}

function failureOf(links: readonly Link[]): PublishFailure {
  if (links.some((link) => DENIED.test(textOf(link)))) return "permission";
  const type = links.find((link) => link.type !== undefined)?.type;
  if (type !== undefined) return FAILURE_BY_TYPE[type] ?? "rejected";
  const names = links.map(({ name = "" }) => FAILURE_BY_NAME[name]).filter((it) => it);
  // A broken handshake is a broken connection to kafkajs.
  if (names.includes("unreachable") && links.some((link) => TLS.test(textOf(link)))) return "tls";
  return names.at(-1) ?? "rejected";
}

function textOf({ name, message, code }: Link): string {
  return `${name} ${message} ${code}`;
}

function sentence(failure: PublishFailure, links: readonly Link[]): string {
  const detail = detailOf(links);
  switch (failure) {
    case "unreachable":
      return `Cannot reach Kafka as a broker must answer: ${detail}`;
    case "timeout":
      return `Cannot reach Kafka as a broker must answer in time: ${detail}`;
    case "permission":
      return `Cannot reach Kafka as sitemon talks only to hosts that the configuration names: ` +
        `broker ${deniedAddress(links)} is not among them; add it to "kafka.servers"`;
    case "tls":
      return `Cannot reach Kafka as the TLS handshake must succeed: ${detail}; check "kafka.tls"`;
    case "authentication":
      return `Cannot log in to Kafka as the brokers must accept "kafka.sasl": ${detail}`;
    case "authorization":
      return `Cannot use Kafka as the brokers must permit it: ${detail}; ` +
        `grant the rights on topic and group`;
    case "topic_missing":
      return `Cannot use topic as it must exist: ${detail}; create it, ` +
        `or set "kafka.create_topic: true"`;
    case "rejected":
      return `Cannot use Kafka as the brokers must accept the request: ${detail}${remedyOf(links)}`;
  }
}

/** The innermost error's own words, with the protocol's name where there is one. */
function detailOf(links: readonly Link[]): string {
  const inner = links.find((link) => link.type !== undefined) ?? links.at(-1);
  const text = inner?.message ?? "no reason was given";
  const broker = links.find((link) => link.broker !== undefined)?.broker;
  return [
    inner?.type,
    text,
    broker !== undefined && !text.includes(broker) ? `(broker ${broker})` : undefined,
  ].filter((part) => part !== undefined).join(" ");
}

function remedyOf(links: readonly Link[]): string {
  return links.map(({ type = "" }) => REMEDY_BY_TYPE[type]).find((it) => it) ?? "";
}

/** kafkajs knows host and port; the texts may hold the host alone. */
function deniedAddress(links: readonly Link[]): string {
  const broker = links.find((link) => link.broker !== undefined)?.broker;
  if (broker !== undefined) return `"${broker}"`;
  const match = links.map((link) => DENIED_ADDRESS.exec(textOf(link))).find((it) => it);
  return `"${match?.[1] ?? match?.[2] ?? "unknown"}"`;
}
