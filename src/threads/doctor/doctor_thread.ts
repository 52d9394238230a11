/** A thread for `sitemon doctor`: examines one dependency, and answers with what it found. */
import type { KafkaExamination } from "../../kafka/examine_kafka.ts";
import { type DiskExamination, examineDisk } from "./examine_disk.ts";
import type { Finding } from "../../runtime/finding.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { examinePostgres } from "../../status/postgres/examine_postgres.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";

export type DoctorSetup =
  | { readonly type: "disk" } & DiskExamination
  | { readonly type: "kafka" } & KafkaExamination
  | { readonly type: "postgres"; readonly connection: PostgresOptions };

serveTask<DoctorSetup>(async (setup, { result }) => {
  result(await examine(setup));
});

async function examine(setup: DoctorSetup): Promise<readonly Finding[]> {
  switch (setup.type) {
    case "disk":
      return examineDisk(setup);
    case "kafka": {
      // Loaded only with Kafka: its library reads the environment when it is imported.
      const { examineKafka } = await import("../../kafka/examine_kafka.ts");
      return await examineKafka(setup);
    }
    case "postgres":
      return await examinePostgres(setup.connection);
  }
}
