import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { classify, isFromKafka, isTooLarge } from "../../../src/kafka/client/errors.ts";
import type { PublishFailure } from "../../../src/outbox/publisher.ts";

/** An error with the fields that kafkajs gives its own. */
function kafkaError(name: string, message: string, fields: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message, { cause: fields.cause }), { name, ...fields });
}

function protocolError(type: string): Error {
  return kafkaError("KafkaJSProtocolError", "The broker said so", { type });
}

/** As kafkajs hands it out when it has no retries: twice wrapped, and "not retriable". */
function wrapped(cause: Error): Error {
  const exceeded = kafkaError("KafkaJSNumberOfRetriesExceeded", cause.message, { cause });
  return kafkaError("KafkaJSNonRetriableError", cause.message, {
    cause: exceeded,
    retriable: false,
  });
}

function connectionError(message: string): Error {
  return kafkaError("KafkaJSConnectionError", message, { broker: "kafka:9092" });
}

const TABLE: [PublishFailure, Error][] = [
  ["unreachable", connectionError("Connection error: connect ECONNREFUSED 127.0.0.1:9092")],
  ["unreachable", connectionError("Connection timeout")],
  ["unreachable", connectionError("Connection error: getaddrinfo ENOTFOUND kafka")],
  ["unreachable", kafkaError("KafkaJSConnectionClosedError", "Closed connection")],
  ["unreachable", kafkaError("KafkaJSBrokerNotFound", "Broker 3 not found")],
  ["unreachable", protocolError("NOT_LEADER_FOR_PARTITION")],
  ["unreachable", protocolError("LEADER_NOT_AVAILABLE")],
  ["unreachable", protocolError("NOT_ENOUGH_REPLICAS")],
  ["unreachable", protocolError("KAFKA_STORAGE_ERROR")],
  ["timeout", kafkaError("KafkaJSRequestTimeoutError", "Request Produce timed out")],
  ["timeout", protocolError("REQUEST_TIMED_OUT")],
  ["permission", connectionError('Failed to connect: Requires net access to "10.0.0.1:9092"')],
  ["permission", connectionError("Connection error: getaddrinfo EPERM kafka-2")],
  ["tls", connectionError("Connection error: invalid peer certificate: UnknownIssuer")],
  ["tls", connectionError("Connection error: unable to verify the first certificate")],
  ["tls", connectionError("Connection error: received corrupt message of type InvalidContentType")],
  ["authentication", kafkaError("KafkaJSSASLAuthenticationError", "SASL PLAIN failed")],
  ["authentication", protocolError("SASL_AUTHENTICATION_FAILED")],
  ["authorization", protocolError("TOPIC_AUTHORIZATION_FAILED")],
  ["authorization", protocolError("GROUP_AUTHORIZATION_FAILED")],
  ["topic_missing", protocolError("UNKNOWN_TOPIC_OR_PARTITION")],
  ["rejected", protocolError("INVALID_RECORD")],
  ["rejected", protocolError("A_CODE_OF_THE_FUTURE")],
  ["rejected", new Error("something else")],
];

Deno.test("classify() tells the failure by its cause, bare and wrapped", () => {
  for (const [failure, error] of TABLE) {
    strictEqual(classify(error).failure, failure, error.message);
    strictEqual(classify(wrapped(error)).failure, failure, `wrapped: ${error.message}`);
    strictEqual(classify(error).cause, error);
  }
});

Deno.test("classify() names the host that the configuration lacks", () => {
  const table: [string, Error][] = [
    ["kafka:9092", connectionError("Connection error: getaddrinfo EPERM kafka")],
    ["10.0.0.1:9092", kafkaError("Error", 'Requires net access to "10.0.0.1:9092", run again')],
  ];
  for (const [address, error] of table) {
    strictEqual(
      classify(error).message,
      "Cannot reach Kafka as sitemon talks only to hosts that the configuration names: " +
        `broker "${address}" is not among them; add it to "kafka.servers"`,
    );
  }
});

Deno.test("classify() says in one sentence what is wrong, with the protocol's name for it", () => {
  strictEqual(
    classify(wrapped(protocolError("TOPIC_AUTHORIZATION_FAILED"))).message,
    "Cannot use Kafka as the brokers must permit it: TOPIC_AUTHORIZATION_FAILED " +
      "The broker said so; grant the rights on topic and group",
  );
  strictEqual(
    classify(wrapped(protocolError("INVALID_TIMESTAMP"))).message,
    "Cannot use Kafka as the brokers must accept the request: INVALID_TIMESTAMP " +
      "The broker said so; set the clock of this host",
  );
});

Deno.test("classify() ends, when the causes go in a circle or are no errors", () => {
  const first = kafkaError("KafkaJSError", "first");
  first.cause = kafkaError("KafkaJSError", "second", { cause: first });
  strictEqual(classify(first).failure, "rejected");
  for (const thrown of [undefined, null, "text", 7]) {
    strictEqual(classify(thrown).failure, "rejected");
  }
});

Deno.test("isTooLarge() finds both of the protocol's errors behind wrappers", () => {
  ok(isTooLarge(wrapped(protocolError("MESSAGE_TOO_LARGE"))));
  ok(isTooLarge(wrapped(protocolError("RECORD_LIST_TOO_LARGE"))));
  ok(!isTooLarge(wrapped(protocolError("INVALID_RECORD"))));
});

Deno.test("isFromKafka() tells faults of the program from failures of Kafka", () => {
  const faults = [new TypeError("a fault"), new RangeError("another"), "text"];
  deepStrictEqual(faults.map(isFromKafka), [false, false, false]);
  ok(isFromKafka(wrapped(connectionError("Connection timeout"))));
});
