import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { isFromKafka, kafkaError, translated } from "../../../src/kafka/client/kafka_errors.ts";
import { KafkaError, type KafkaFailure } from "../../../src/kafka/kafka_error.ts";

/** An error with the fields that kafkajs gives its own. */
function kafkajsError(name: string, message: string, fields: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message, { cause: fields.cause }), { name, ...fields });
}

function protocolError(type: string, retriable = false): Error {
  return kafkajsError("KafkaJSProtocolError", "The broker said so", { type, retriable });
}

/** As kafkajs hands it out when it has no retries: twice wrapped, and "not retriable". */
function wrapped(cause: Error): Error {
  const exceeded = kafkajsError("KafkaJSNumberOfRetriesExceeded", cause.message, { cause });
  const fields = { cause: exceeded, retriable: false };
  return kafkajsError("KafkaJSNonRetriableError", cause.message, fields);
}

function connectionError(message: string): Error {
  return kafkajsError("KafkaJSConnectionError", message, { broker: "kafka:9092" });
}

const TABLE: [KafkaFailure, Error][] = [
  ["unreachable", connectionError("Connection error: connect ECONNREFUSED 127.0.0.1:9092")],
  ["unreachable", connectionError("Connection timeout")],
  ["unreachable", connectionError("Connection error: getaddrinfo ENOTFOUND kafka")],
  ["unreachable", kafkajsError("KafkaJSConnectionClosedError", "Closed connection")],
  ["unreachable", kafkajsError("KafkaJSBrokerNotFound", "Broker 3 not found")],
  ["unreachable", new Error("Broker not connected")],
  ["unreachable", protocolError("NOT_LEADER_FOR_PARTITION", true)],
  ["unreachable", protocolError("LEADER_NOT_AVAILABLE", true)],
  ["unreachable", protocolError("NOT_ENOUGH_REPLICAS", true)],
  ["unreachable", protocolError("KAFKA_STORAGE_ERROR", true)],
  ["timeout", kafkajsError("KafkaJSRequestTimeoutError", "Request Produce timed out")],
  ["timeout", protocolError("REQUEST_TIMED_OUT", true)],
  ["permission", connectionError('Failed to connect: Requires net access to "10.0.0.1:9092"')],
  ["permission", connectionError("Connection error: getaddrinfo EPERM kafka-2")],
  ["tls", connectionError("Connection error: invalid peer certificate: UnknownIssuer")],
  ["tls", connectionError("Connection error: unable to verify the first certificate")],
  ["tls", connectionError("Connection error: received corrupt message of type InvalidContentType")],
  ["authentication", kafkajsError("KafkaJSSASLAuthenticationError", "SASL PLAIN failed")],
  ["authentication", protocolError("SASL_AUTHENTICATION_FAILED")],
  ["authorization", protocolError("TOPIC_AUTHORIZATION_FAILED")],
  ["authorization", protocolError("GROUP_AUTHORIZATION_FAILED")],
  ["topic_missing", protocolError("UNKNOWN_TOPIC_OR_PARTITION", true)],
  ["rejected", protocolError("CORRUPT_MESSAGE", true)],
  ["rejected", protocolError("INVALID_RECORD")],
  ["rejected", protocolError("A_CODE_OF_THE_FUTURE")],
  ["rejected", new Error("something else")],
];

Deno.test("kafkaError() tells the failure by its cause, bare and wrapped", () => {
  for (const [failure, error] of TABLE) {
    strictEqual(kafkaError(error).failure, failure, error.message);
    strictEqual(kafkaError(wrapped(error)).failure, failure, `wrapped: ${error.message}`);
    strictEqual(kafkaError(error).cause, error);
  }
});

const MESSAGES: [string, Error][] = [
  [
    'broker "[::1]:9092" is not in "kafka.servers"; add it',
    kafkajsError("Error", 'Requires net access to "[::1]:9092"', { broker: "::1:9092" }),
  ],
  [
    "Kafka is not ready: There is no leader (LEADER_NOT_AVAILABLE)",
    Object.assign(protocolError("LEADER_NOT_AVAILABLE", true), { message: "There is no leader" }),
  ],
  [
    "cannot reach Kafka: Connection timeout (broker [2001:db8::1]:9092)",
    kafkajsError("KafkaJSConnectionError", "Connection timeout", {
      broker: "[2001_db8__1]:9092",
    }),
  ],
  [
    'broker "kafka:9092" is not in "kafka.servers"; add it',
    connectionError("Connection error: getaddrinfo EPERM kafka"),
  ],
  [
    'broker "10.0.0.1:9092" is not in "kafka.servers"; add it',
    kafkajsError("Error", 'Requires net access to "10.0.0.1:9092", run again'),
  ],
  [
    "Kafka denied access: The broker said so (TOPIC_AUTHORIZATION_FAILED); " +
    "grant this user access to the topic and the group",
    wrapped(protocolError("TOPIC_AUTHORIZATION_FAILED")),
  ],
  [
    "TLS handshake with Kafka failed: certificate authority is not trusted (broker kafka:9092); " +
    'check "kafka.tls"',
    connectionError("Connection error: invalid peer certificate: UnknownIssuer"),
  ],
  [
    "Kafka rejected the request: The broker said so (INVALID_TIMESTAMP); set the clock of this host",
    wrapped(protocolError("INVALID_TIMESTAMP")),
  ],
];

Deno.test("kafkaError() says what is wrong, by the protocol's name, and what to do", () => {
  for (const [message, error] of MESSAGES) strictEqual(kafkaError(error).message, message);
});

Deno.test("kafkaError() ends, when the causes go in a circle or are no errors", () => {
  const first = kafkajsError("KafkaJSError", "first");
  first.cause = kafkajsError("KafkaJSError", "second", { cause: first });
  strictEqual(kafkaError(first).failure, "rejected");
  for (const thrown of [undefined, null, "text", 7]) {
    strictEqual(kafkaError(thrown).failure, "rejected");
  }
});

Deno.test("translated() replaces errors of Kafka, and leaves faults of the program alone", async () => {
  const fault = new TypeError("a fault");
  await rejects(() => translated(() => Promise.reject(fault)), (error) => error === fault);
  const tooLarge = wrapped(protocolError("MESSAGE_TOO_LARGE"));
  await rejects(() => translated(() => Promise.reject(tooLarge)), (error) => {
    return error instanceof KafkaError && error.code === "MESSAGE_TOO_LARGE";
  });
  strictEqual(await translated(() => Promise.resolve(7)), 7);
});

Deno.test("isFromKafka() tells faults of the program from failures of Kafka", () => {
  const faults = [new TypeError("a fault"), new RangeError("another"), "text"];
  deepStrictEqual(faults.map(isFromKafka), [false, false, false]);
  ok(isFromKafka(wrapped(connectionError("Connection timeout"))));
});
