/** `deno task services`: Kafka and PostgreSQL to play with, until Ctrl-C. */
import { shareKafka } from "./kafka.ts";
import { parsePostgresUrl, sharePostgres } from "./postgres.ts";

await using services = new AsyncDisposableStack();
const stop = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop.resolve);

console.log("Starting Kafka and PostgreSQL …");
const kafka = services.use(await shareKafka());
const postgres = services.use(await sharePostgres());
const { host, port, user, password, db } = parsePostgresUrl(postgres.address);

console.log(`
Kafka       ${kafka.address}
PostgreSQL  ${postgres.address}

# producer.yaml
interval: 10
sites:
  - url: https://example.org
kafka:
  server: ${kafka.address}
  topic: sitemon

# consumer.yaml
kafka:
  server: ${kafka.address}
  topic: sitemon
postgres:
  host: ${host}
  port: ${port}
  user: ${user}
  password: ${password}
  db: ${db}

To run tests on them:
  export SITEMON_TEST_KAFKA=${kafka.address} SITEMON_TEST_POSTGRES=${postgres.address}

Ctrl-C stops both and removes their data.`);
await stop.promise;
console.log("Stopping …");
