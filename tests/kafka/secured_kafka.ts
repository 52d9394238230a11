/** A broker that wants TLS, a login and rights. */
import { type KafkaCluster, startKafka } from "../services/kafka.ts";
import { run } from "../services/programs.ts";

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
  /** PEM of the certificate that the broker shows, which signed itself. */
  readonly certificate: string;
  /** PEM of one that it does not show. */
  readonly otherCertificate: string;
}

function selfSigned(folder: string, name: string): { certificate: string; key: string } {
  const [key, certificate] = [`${folder}/${name}.key`, `${folder}/${name}.crt`];
  const kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=broker"];
  const names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:broker.test"];
  const authority = ["-addext", "basicConstraints=critical,CA:TRUE"];
  const files = ["-keyout", key, "-out", certificate];
  run(["openssl", "req", "-x509", ...kind, ...names, ...authority, ...files]);
  return { certificate: Deno.readTextFileSync(certificate), key: Deno.readTextFileSync(key) };
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
  "ssl.truststore.location": "FOLDER/server.crt",
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
  const folder = Deno.makeTempDirSync({ prefix: "sitemon-certificates-" });
  try {
    const { certificate, key } = selfSigned(folder, "server");
    const cluster = await startKafka({
      protocol: "SASL_SSL",
      settings: SETTINGS,
      files: { "server.pem": key + certificate, "server.crt": certificate },
      format: ["--add-scram", `SCRAM-SHA-256=[name=alice,password=${ALICE.password}]`],
    });
    const otherCertificate = selfSigned(folder, "other").certificate;
    const dispose = () => cluster[Symbol.asyncDispose]();
    return { cluster, certificate, otherCertificate, [Symbol.asyncDispose]: dispose };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
