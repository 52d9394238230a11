/**
 * How sitemon talks to Kafka: kafkajs clients, of one kind for producing and one for consuming.
 *
 * kafkajs may hang in a disconnect and keeps dead connections, so each client owns its sockets and
 * is ended by ending those.
 */
import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import { within } from "../../runtime/deadline.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { type KafkaClientOptions, REQUEST_TIMEOUT_MS } from "../client_port.ts";
import { withoutColons } from "./broker_address.ts";
import "./kafkajs_patches.ts";
import { Sockets } from "./sockets.ts";

/** Until a connection stands, TLS included; kafkajs's default of 1 s is short across continents. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** A thread has two seconds to close itself. */
const CLOSE_DEADLINE_MS = 1_500;

/**
 * `asking`: none, because a retried send may resolve although a partition was never stored, and
 * the caller repeats anyway. `consuming`: forever, because a member that comes back as itself
 * continues at once, while a new one waits until the old one's session has expired.
 */
const RETRIES = {
  asking: { retries: 0 },
  consuming: {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: 3_000,
    restartOnFailure: () => Promise.resolve(false),
  },
} as const;

const log = logger("kafka");

export class KafkaClient implements Disposable {
  /** For this folder alone. */
  readonly kafka: Kafka;
  readonly #options: KafkaClientOptions;
  readonly #sockets: Sockets;

  constructor(kind: keyof typeof RETRIES, options: KafkaClientOptions) {
    const { servers, clientId, tls, sasl } = options.connection;
    this.#options = options;
    this.#sockets = new Sockets(tls);
    // kafkajs tries servers in order; where the first is down, a new client must reach others too.
    const start = Math.floor(Math.random() * servers.length);
    const brokers = [...servers.slice(start), ...servers.slice(0, start)].map(withoutColons);
    this.kafka = new Kafka({
      // Without a broker to try, kafkajs gives up at once instead of after its retries.
      brokers: () => this.#sockets.isEnded ? [] : brokers,
      clientId,
      // The sockets know the details of TLS; this only says that there is TLS.
      ssl: tls !== undefined,
      ...(sasl && { sasl: sasl as SASLOptions }),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      authenticationTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRIES[kind],
      socketFactory: this.#sockets.factory,
      logLevel: logLevel.WARN,
      // For debugging alone: kafkajs repeats itself for every attempt, and sitemon's own log lines
      // say what a failure means. The rest of an entry is stacks.
      logCreator: () => ({ namespace, log: { message } }) =>
        log.debug("kafkajs: {message} ({part})", { message, part: namespace || "client" }),
    });
  }

  /** Connects through whichever server answers; without retries kafkajs tries one at a time. */
  async connect(part: { connect(): Promise<void> }): Promise<void> {
    for (let left = this.#options.connection.servers.length;; left--) {
      try {
        return await part.connect();
      } catch (error) {
        if (left <= 1) throw error;
      }
    }
  }

  /** Waits briefly for `close`, and ignores it if it fails. */
  async settle(close: () => Promise<unknown>): Promise<void> {
    await within(CLOSE_DEADLINE_MS, close(), this.#options.clock).catch(() => {});
  }

  /** Ends every connection at once: requests that wait for an answer reject. */
  [Symbol.dispose](): void {
    this.#sockets[Symbol.dispose]();
  }
}
