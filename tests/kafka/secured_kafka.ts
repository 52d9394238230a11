/** A broker that wants TLS, a login and rights. */
import { type KafkaCluster, startKafka } from "../services/kafka.ts";
import { Authority } from "../support/certificates.ts";

/** May do everything. */
export const ALICE = {
  mechanism: "scram-sha-256",
  username: "alice",
  password: "alice-secret",
} as const;
/** May do nothing. */
export const BOB = { mechanism: "plain", username: "bob", password: "bob-secret" } as const;

export interface SecuredKafka extends AsyncDisposable {
  readonly cluster: KafkaCluster;
  /** PEM of the authority of the certificate that the broker shows. */
  readonly certificate: string;
  /** PEM of another one. */
  readonly otherCertificate: string;
}

function jaas(module: string, options: Record<string, string>): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}="${value}"`).join(" ");
  return `org.apache.kafka.common.security.${module} required ${pairs};`;
}

const SETTINGS = {
  "ssl.keystore.type": "PEM",
  "ssl.keystore.location": "FOLDER/server.pem",
  // The broker tries its own settings as a client would.
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": "FOLDER/ca.crt",
  "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
  "sasl.mechanism.inter.broker.protocol": "PLAIN",
  "listener.name.client.plain.sasl.jaas.config": jaas("plain.PlainLoginModule", {
    username: "bob",
    password: BOB.password,
    user_bob: BOB.password,
  }),
  "listener.name.client.scram-sha-256.sasl.jaas.config": jaas("scram.ScramLoginModule", {}),
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  // The controller's own listener has no login.
  "super.users": "User:alice;User:ANONYMOUS",
};

export async function startSecuredKafka(): Promise<SecuredKafka> {
  using authority = new Authority();
  using other = new Authority();
  const { cert, key } = authority.sign("broker", { names: "IP:127.0.0.1,DNS:broker.test" });
  const cluster = await startKafka({
    protocol: "SASL_SSL",
    settings: SETTINGS,
    files: { "server.pem": key + cert + authority.cert, "ca.crt": authority.cert },
    format: ["--add-scram", `SCRAM-SHA-256=[name=alice,password=${ALICE.password}]`],
  });
  return {
    cluster,
    certificate: authority.cert,
    otherCertificate: other.cert,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
