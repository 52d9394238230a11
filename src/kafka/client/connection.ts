/**
 * How sitemon talks to Kafka: kafkajs clients, of one kind for producing and one for consuming.
 *
 * kafkajs may hang in a disconnect and holds on to dead connections, so that each client owns its
 * sockets and can be ended by ending those.
 */
import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import type { KafkaLog } from "./kafka_log.ts";
import "./quick_encoder.ts";
import "./resting_requests.ts";
import { Sockets } from "./sockets.ts";

/** TLS to the brokers; texts are the contents of PEM files, not their paths. */
export interface KafkaTls {
  /** Authorities to trust, in place of the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to ask for and to verify, in place of the broker's host. */
  readonly serverName?: string;
  /** Accepts any certificate. */
  readonly insecure: boolean;
}

export interface KafkaSasl {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

export interface KafkaConnectionOptions {
  /** `host:port` of at least one broker. */
  readonly servers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
}

/** Until a connection stands, TLS included; kafkajs's own second is short for other continents. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** Until a broker answers a request; also Kafka's own limit on what it waits for replicas. */
export const REQUEST_TIMEOUT_MS = 10_000;

/**
 * `asking`: none, since a retried send may resolve although a partition was never stored, and
 * whoever asks repeats anyway. `consuming`: for ever, since a member that comes back as itself goes
 * on at once, while a new one waits until the group has given up the old one.
 */
const RETRIES = {
  asking: { retries: 0 },
  consuming: {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: 3_000,
    restartOnFailure: () => Promise.resolve(false),
  },
} as const;

/** A kafkajs client whose end is certain. */
export class KafkaClient implements Disposable {
  readonly kafka: Kafka;
  readonly #sockets: Sockets;

  constructor(
    kind: keyof typeof RETRIES,
    { connection, log }: { connection: KafkaConnectionOptions; log: KafkaLog },
  ) {
    this.#sockets = new Sockets(connection.tls);
    const servers = startingAnywhere(connection.servers);
    this.kafka = new Kafka({
      // kafkajs gives up at once when there is no broker to try, and else only after its retries.
      brokers: () => this.#sockets.isEnded ? [] : servers,
      clientId: connection.clientId,
      // The sockets know the details of TLS; this only says that there is TLS.
      ssl: connection.tls !== undefined,
      ...(connection.sasl && { sasl: connection.sasl as SASLOptions }),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      authenticationTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRIES[kind],
      socketFactory: this.#sockets.factory,
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => log.write(entry),
    });
  }

  /** Ends every connection at once: requests that wait for an answer reject. */
  [Symbol.dispose](): void {
    this.#sockets[Symbol.dispose]();
  }
}

/** kafkajs asks in order: where the first ones are down, a new client must get to the others too. */
function startingAnywhere(servers: readonly string[]): string[] {
  const start = Math.floor(Math.random() * servers.length);
  return [...servers.slice(start), ...servers.slice(0, start)];
}

/** Connects by whichever server answers; without retries kafkajs tries one, and another next time. */
export async function connectToAny(
  client: { connect(): Promise<void> },
  { servers }: KafkaConnectionOptions,
): Promise<void> {
  for (let left = servers.length; left > 1; left--) {
    try {
      return await client.connect();
    } catch {
      // The last one's error is told.
    }
  }
  await client.connect();
}
