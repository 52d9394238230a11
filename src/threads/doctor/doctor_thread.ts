/** A thread for `sitemon doctor`: examines one dependency, and answers with what it found. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { KafkaExamination } from "../../kafka/examine_kafka.ts";
import { type Finding, Findings } from "../../runtime/finding.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { examinePostgres } from "../../status/postgres/examine_postgres.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";

interface DiskExamination {
  /** `outbox` or `store`, as the configuration calls it. */
  readonly name: string;
  readonly path: string;
  /** Free space that must be left; not checked when absent. */
  readonly freeBytesMin?: number;
}

export type DoctorSetup =
  | { readonly type: "disk" } & DiskExamination
  | { readonly type: "kafka" } & KafkaExamination
  | { readonly type: "postgres"; readonly connection: PostgresOptions };

const MIB = 1_048_576;

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

/** The folder of a SQLite file: it exists, is writable and has room. Leaves nothing behind. */
function examineDisk({ name, path, freeBytesMin }: DiskExamination): Finding[] {
  const folder = dirname(path);
  const findings = new Findings(`${name} ${path}`);
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".sitemon-doctor-" }));
    findings.ok("folder", `"${folder}" is writable`);
  } catch (error) {
    const what = `"${folder}" is not writable: ${(error as Error).message}`;
    findings.problem("folder", `${what}; create it for this user, or change "${name}.path"`);
    return findings.list;
  }
  if (freeBytesMin === undefined) return findings.list;
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor(bavail * bsize / MIB)} MiB free`;
  const limit = `"${name}.min_free_bytes" is ${Math.ceil(freeBytesMin / MIB)} MiB`;
  if (bavail * bsize > freeBytesMin) findings.ok("disk space", free);
  else findings.problem("disk space", `${free}, but ${limit}; free up space, or lower the limit`);
  return findings.list;
}
