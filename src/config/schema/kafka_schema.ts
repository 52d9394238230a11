/** The schema of `kafka`: where the brokers are, the topic, and both sides of the pipeline. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { hostPort } from "./host_port.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { matching, text, whole, word, yesOrNo } from "./scalar.ts";
import { kafkaTlsSchema } from "./tls_schema.ts";

/** More bootstrap servers help nobody: one that answers names all brokers. */
const SERVERS_MAX = 32;
/** A broker takes 4,000 partitions or so with ease; far more is a slip of the finger. */
const PARTITIONS = { min: -1, max: 10_000 };
/** The protocol has 16 bits; nobody has a hundred brokers hold one partition. */
const REPLICATION_FACTOR = { min: -1, max: 100 };
/** Each is a thread of some 30 MB. */
const CONSUMERS = { min: 1, max: 64 };
/** Less than a minute deletes what a restarting consumer has yet to read; Kafka keeps ten years. */
const RETENTION = { minMs: 60_000, maxMs: 3_650 * 86_400_000 };
/** Kafka's own limit on credentials is the size of a request; this is that of sanity. */
const CREDENTIAL_LENGTH_MAX = 1_024;

/** Kafka's own rule for names of topics; groups and clients keep to it for their metrics' sake. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const NAME_TEXT = "1 to 249 letters, digits, dots, hyphens and underscores";

const countOrBroker = ({ max }: { readonly max: number }) => {
  const error = mustBe(
    `a whole number from 1 to ${max}, or -1 to let the broker choose`,
    "write such a number",
  );
  return z.int({ error }).min(-1, { error }).max(max, { error })
    .refine((count) => count !== 0, { error });
};

const saslSchema = z.strictObject({
  mechanism: word(["plain", "scram-sha-256", "scram-sha-512"])
    .describe(
      "How to prove who one is. `plain` shows the password to whoever reads along: use it with `tls`.",
    ),
  username: text(CREDENTIAL_LENGTH_MAX).describe("Name to log in with."),
  password: text(CREDENTIAL_LENGTH_MAX).describe(
    "Its password; better `${NAME}` or `${file:PATH}`.",
  ),
}, {
  error: mustBe("a mapping with mechanism, username, password", "write such a mapping"),
});

export const kafkaSchema = z.strictObject({
  server: hostPort().apply(mayBeAbsent).describe(
    "One broker to begin with. Either this or `servers`.",
  ),
  servers: z.array(hostPort(), {
    error: mustBe("a list of addresses of the form host:port", "write such a list"),
  })
    .min(1, { error: mustBe("a list of at least one address", "name a broker") })
    .max(SERVERS_MAX, { error: mustBe(`a list of at most ${SERVERS_MAX} addresses`, "name fewer") })
    .apply(mayBeAbsent)
    .describe(
      "Brokers to begin with, and every other listener that they advertise: none but those named here may be spoken to.",
    ),
  topic: matching(NAME, NAME_TEXT).prefault("sitemon").describe("Where the reports travel."),
  format: word(["single_object", "v1"]).prefault("single_object")
    .describe(
      "What the producer writes: whole reports with a schema's fingerprint, or the six fields of older systems alone. Both are read.",
    ),
  create_topic: yesOrNo().prefault(true).describe("Creates the topic when it is missing."),
  partitions: countOrBroker(PARTITIONS).prefault(12)
    .describe("Of a topic that is created; -1 lets the broker choose."),
  replication_factor: countOrBroker(REPLICATION_FACTOR).prefault(-1)
    .describe("Of a topic that is created; -1 lets the broker choose."),
  retention: duration(RETENTION).apply(mayBeAbsent)
    .describe(
      "How long a topic that is created keeps reports; the broker's own default when absent.",
    ),
  client_id: matching(NAME, NAME_TEXT).prefault("sitemon").describe(
    "Name in the brokers' logs and quotas.",
  ),
  group: matching(NAME, NAME_TEXT).prefault("sitemon-status").describe("Consumer group."),
  consumers: whole(CONSUMERS).prefault(1).describe(
    "Members of the group in this process, each a thread.",
  ),
  compression: word(["none", "gzip"]).prefault("none").describe("Of the batches that are written."),
  tls: kafkaTlsSchema.prefault(false)
    .describe("`true` for TLS that trusts the system's authorities, or a mapping of details."),
  sasl: saslSchema.apply(mayBeAbsent).describe("Log in to the brokers."),
}, { error: mustBe("a mapping with server", "write such a mapping") });

/** The section `kafka`. */
export type KafkaConfig = z.output<typeof kafkaSchema>;
