/**
 * What a failure of kafkajs means, found in the chain of its causes.
 *
 * An outer error's `retriable` says whether kafkajs would try again, and is false in an outage; only
 * that of the protocol's own error says whether trying again helps.
 */
import { tlsProblem } from "../../runtime/tls/tls_problem.ts";
import { KafkaError, type KafkaFailure } from "../kafka_error.ts";
import { withColons } from "./broker_address.ts";

/** The parts of an error of kafkajs, Node or Deno that say what happened. */
interface Link extends Error {
  /** The Kafka protocol's name of its code, such as `TOPIC_AUTHORIZATION_FAILED`. */
  readonly type?: string;
  readonly retriable?: boolean;
  /** `host:port` */
  readonly broker?: string;
  readonly code?: unknown;
  /** What happened to each part of a request. */
  readonly errors?: readonly unknown[];
}

/** A longer chain is taken for a cycle. */
const CAUSES_MAX = 16;

/** The protocol's codes by what they mean; others are `unreachable` if Kafka calls them retriable. */
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
  CORRUPT_MESSAGE: "rejected",
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

/** A bare Error of kafkajs: it is connected, but the broker has not said yet what it speaks. */
const NOT_CONNECTED = "Broker not connected";

/** Deno's own words, and what `dns.lookup` makes of them, which may have the host without its port. */
const DENIED = /Requires net access to|getaddrinfo EPERM|NotCapable/;
const DENIED_HOST = /(?:Requires net access to "|getaddrinfo EPERM )([^"\s]+)/;
/** Of errors of TLS that tls_problem.ts does not name. */
const TLS = /certificate|handshake|ERR_TLS|ERR_SSL|CERT_/i;

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
  return new KafkaError(failure, sentence(failure, links, code), { cause: error, code });
}

/** True for errors that come from Kafka or the way to it, and not from a fault in the program. */
export function isFromKafka(error: unknown): boolean {
  return chain(error).some((link) => link.name.startsWith("KafkaJS") || isBare(link));
}

/** The error and its causes, the outermost first; of several causes, the first one. */
function chain(error: unknown): readonly Link[] {
  const links: Link[] = [];
  for (let link = error; link instanceof Error && links.length < CAUSES_MAX;) {
    links.push(link as Link);
    link = link.cause ?? (link as Link).errors?.[0];
  }
  return links;
}

function failureOf(links: readonly Link[]): KafkaFailure {
  if (links.some((link) => DENIED.test(textOf(link)))) return "permission";
  const answer = links.find(({ type }) => type !== undefined);
  if (answer) {
    return FAILURE_BY_TYPE[answer.type!] ?? (answer.retriable ? "unreachable" : "rejected");
  }
  const names = links.map((link) => isBare(link) ? "unreachable" : FAILURE_BY_NAME[link.name])
    .filter((it) => it !== undefined);
  // To kafkajs, a failed handshake is a broken connection.
  if (names.includes("unreachable") && links.some(isOfTls)) return "tls";
  return names.at(-1) ?? "rejected";
}

function isBare({ message }: Link): boolean {
  return message === NOT_CONNECTED;
}

function isOfTls(link: Link): boolean {
  return tlsProblem(link) !== undefined || TLS.test(textOf(link));
}

function textOf({ name, message, code }: Link): string {
  return `${name} ${message} ${code}`;
}

function sentence(failure: KafkaFailure, links: readonly Link[], code?: string): string {
  const broker = links.find((link) => link.broker !== undefined)?.broker;
  const denied = links.map((link) => DENIED_HOST.exec(textOf(link))?.[1]).find((it) => it);
  // Kafkajs writes an IPv6 address without brackets.
  const address = (denied?.startsWith("[") ? denied : broker ?? denied) ?? "unknown";
  const detail = withColons(detailOf(links, code, broker));
  switch (failure) {
    case "unreachable":
      // With a code Kafka was reached, and says that it cannot do this now.
      return code === undefined ? `cannot reach Kafka: ${detail}` : `Kafka is not ready: ${detail}`;
    case "timeout":
      return `Kafka did not answer in time: ${detail}`;
    case "permission":
      return `broker "${withColons(address)}" is not in "kafka.servers"; add it`;
    case "tls":
      return `TLS handshake with Kafka failed: ${detail}; check "kafka.tls"`;
    case "authentication":
      return `Kafka rejected the login: ${detail}; check "kafka.sasl"`;
    case "authorization":
      return `Kafka denied access: ${detail}; grant this user access to the topic and the group`;
    case "topic_missing":
      return `topic does not exist: ${detail}; create it, or set "kafka.create_topic: true"`;
    case "rejected":
      // Since Kafka 4, an hour ahead of the broker is too far.
      return `Kafka rejected the request: ${detail}` +
        (code === "INVALID_TIMESTAMP" ? "; set the clock of this host" : "");
  }
}

/** The innermost error's own words, with the protocol's code and the broker where they are known. */
function detailOf(links: readonly Link[], code?: string, broker?: string): string {
  const inner = links.find(({ type }) => type !== undefined) ?? links.at(-1);
  const text = links.map(tlsProblem).find((it) => it)?.detail ?? inner?.message ??
    "no reason given";
  const notes = [code, broker && !text.includes(broker) && `broker ${broker}`].filter((it) => it);
  return notes.length > 0 ? `${text} (${notes.join(", ")})` : text;
}
