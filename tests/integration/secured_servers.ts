/** Kafka and PostgreSQL as a careful operator has them: TLS, client certificates and logins. */
import { Authority } from "../support/certificates.ts";
import { type KafkaCluster, startKafka } from "../services/kafka.ts";
import { type PostgresServer, startPostgres } from "../services/postgres.ts";

export const USER = "sitemon";
export const KAFKA_PASSWORD = "kafka-hunter2-secret";

/** Names that stand in the servers' certificates; `localhost` does not. */
const NAMES = "IP:127.0.0.1,DNS:server.test";

const SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
const PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required " +
  `user_${USER}="${KAFKA_PASSWORD}";`;

const KAFKA_SETTINGS = {
  "ssl.keystore.type": "PEM",
  "ssl.keystore.location": "FOLDER/server.pem",
  "ssl.truststore.type": "PEM",
  "ssl.truststore.location": "FOLDER/ca.crt",
  // Without the listener's name, Kafka asks nobody for a certificate who logs in as well.
  "listener.name.client.ssl.client.auth": "required",
  "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
  "listener.name.client.plain.sasl.jaas.config": PLAIN_LOGIN,
  "listener.name.client.scram-sha-256.sasl.jaas.config": SCRAM_LOGIN,
  "listener.name.client.scram-sha-512.sasl.jaas.config": SCRAM_LOGIN,
};

/** Whoever comes with TLS needs a certificate too; without TLS the password is enough. */
const ACCESS = `hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
hostnossl all all 127.0.0.1/32 scram-sha-256
`;

/** Both servers, and a folder with `ca.pem`, `other-ca.pem`, `client.pem` and `client.key`. */
export class SecuredServers implements AsyncDisposable {
  readonly folder: string;
  readonly kafka: KafkaCluster;
  readonly postgres: PostgresServer;

  private constructor(folder: string, kafka: KafkaCluster, postgres: PostgresServer) {
    this.folder = folder;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  static async start(): Promise<SecuredServers> {
    using authority = new Authority();
    using other = new Authority();
    const server = authority.sign("server", { names: NAMES });
    const client = authority.sign("client");
    const folder = Deno.makeTempDirSync({ prefix: "sitemon-secured-" });
    Deno.writeTextFileSync(`${folder}/ca.pem`, authority.cert);
    Deno.writeTextFileSync(`${folder}/other-ca.pem`, other.cert);
    Deno.writeTextFileSync(`${folder}/client.pem`, client.cert);
    Deno.writeTextFileSync(`${folder}/client.key`, client.key);
    const [kafka, postgres] = await Promise.all([
      startKafka({
        protocol: "SASL_SSL",
        settings: KAFKA_SETTINGS,
        files: { "server.pem": server.key + server.cert, "ca.crt": authority.cert },
        format: ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
          "--add-scram",
          `${mechanism}=[name=${USER},password=${KAFKA_PASSWORD}]`,
        ]),
      }),
      startPostgres({
        settings: {
          ssl: "on",
          ssl_cert_file: "server.crt",
          ssl_key_file: "server.key",
          ssl_ca_file: "ca.crt",
        },
        files: {
          "server.crt": server.cert,
          "server.key": server.key,
          "ca.crt": authority.cert,
          "pg_hba.conf": ACCESS,
        },
      }),
    ]);
    return new SecuredServers(folder, kafka, postgres);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kafka[Symbol.asyncDispose]();
    await this.postgres[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
