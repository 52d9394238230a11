/** `deno task services`: Kafka and PostgreSQL to play with, until Ctrl-C. */
import { shareKafka } from "./kafka.ts";
import { sharePostgres } from "./postgres.ts";
import { triedFiles } from "./tried_files.ts";

await using services = new AsyncDisposableStack();
const stop = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop.resolve);

console.log("Starting Kafka and PostgreSQL …");
const kafka = services.use(await shareKafka());
const postgres = services.use(await sharePostgres());
const { producer, consumer } = triedFiles(kafka.address, postgres.address);

console.log(`
Kafka       ${kafka.address}
PostgreSQL  ${postgres.address}

# producer.yaml
${producer}
# consumer.yaml
${consumer}
To run tests on them:
  export SITEMON_TEST_KAFKA=${kafka.address} SITEMON_TEST_POSTGRES=${postgres.address}

Ctrl-C stops both and removes their data.`);
await stop.promise;
console.log("Stopping …");
