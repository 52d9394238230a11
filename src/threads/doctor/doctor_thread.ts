/** A thread for `sitemon doctor`: examines one dependency, and answers with what it found. */
import { existsSync, statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { KafkaExamination } from "../../kafka/examine_kafka.ts";
import {
  examineRegistry,
  type RegistryExamination,
} from "../../kafka/registry/examine_registry.ts";
import { forEachFile } from "../../outbox/file/outbox_database.ts";
import { lockPathOf } from "../../outbox/file/outbox_lock.ts";
import { OutboxMissingError } from "../../outbox/outbox_error.ts";
import { readStats } from "../../outbox/outbox_stats.ts";
import { Outbox } from "../../outbox/outbox.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { type Finding, Findings } from "../../runtime/finding.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { openStore } from "../../status/open_store.ts";
import { examinePostgres } from "../../status/postgres/examine_postgres.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { StoreFile } from "../../status/sqlite/store_file.ts";
import type { OutboxSetup } from "../outbox/owned_outbox.ts";

export type DoctorSetup =
  | { readonly type: "outbox" } & OutboxSetup
  | { readonly type: "store"; readonly path: string }
  | { readonly type: "kafka" } & KafkaExamination
  | { readonly type: "registry" } & RegistryExamination
  | {
    readonly type: "postgres";
    readonly connection: PostgresOptions;
    readonly readsOnly: boolean;
  };

const MIB = 1_048_576;

serveTask<DoctorSetup>(async (setup, { result, telemetry }) => {
  result(await examine(setup, telemetry));
});

async function examine(setup: DoctorSetup, telemetry: Telemetry): Promise<readonly Finding[]> {
  switch (setup.type) {
    case "outbox":
      return await examineOutbox(setup, telemetry);
    case "store":
      return (await examineFile("store", setup.path, prepareStore, lookIntoStore)).list;
    case "kafka": {
      // Loaded only with Kafka: its library reads the environment when it is imported.
      const { examineKafka } = await import("../../kafka/examine_kafka.ts");
      return await examineKafka(setup);
    }
    case "registry":
      return await examineRegistry(setup);
    case "postgres":
      return await examinePostgres(setup.connection, setup);
  }
}

async function examineOutbox(setup: OutboxSetup, telemetry: Telemetry): Promise<Finding[]> {
  const { path, freeBytesMin } = setup;
  const findings = await examineFile("outbox", path, (trial) => {
    using outbox = Outbox.open({ ...setup, path: trial, clock, telemetry });
    // The first use after the opening also checks that file and lock are still in place.
    outbox.stats();
  }, lookIntoOutbox);
  if (findings.list.some(({ ok }) => !ok)) return findings.list;
  const { bavail, bsize } = statfsSync(dirname(path));
  const free = `${Math.floor(bavail * bsize / MIB)} MiB free`;
  const limit = `"outbox.min_free_bytes" is ${Math.ceil(freeBytesMin / MIB)} MiB`;
  if (bavail * bsize >= freeBytesMin) findings.ok("disk space", free);
  else findings.problem("disk space", `${free}, but ${limit}; free up space, or lower the limit`);
  return findings.list;
}

function lookIntoOutbox(path: string): string {
  const { rows } = readStats(path);
  return rows === 1 ? "1 row waits to be sent" : `${rows} rows wait to be sent`;
}

async function lookIntoStore(path: string): Promise<string> {
  using file = new StoreFile(path, "read");
  return await file.use(() => "a status database");
}

async function prepareStore(path: string): Promise<void> {
  const store = (await openStore({ kind: "sqlite", path }, { clock })).status();
  await store.migrate().finally(() => store.close());
}

/**
 * Whether the folder of a SQLite file exists and allows what the thread does: `use` makes a file of
 * the same kind in a new folder beside it, since a running service may have the file itself locked.
 * Then `look` reads what is there already, and says what it is. Leaves nothing behind.
 */
async function examineFile(
  name: "outbox" | "store",
  path: string,
  use: (trial: string) => void | Promise<void>,
  look: (path: string) => string | Promise<string>,
): Promise<Findings> {
  const folder = dirname(path);
  const findings = new Findings(`${name} ${path}`);
  try {
    const trial = Deno.makeTempDirSync({ dir: folder, prefix: ".sitemon-doctor-" });
    try {
      await use(join(trial, basename(path)));
    } finally {
      Deno.removeSync(trial, { recursive: true });
    }
    // What is there already may be another user's.
    for (const file of [path, lockPathOf(path)]) {
      forEachFile(file, (there) => Deno.openSync(there, { read: true, write: true }).close());
    }
    findings.ok("folder", `"${folder}" is writable`);
  } catch (error) {
    const what = `"${folder}" is not writable: ${(error as Error).message}`;
    findings.problem("folder", `${what}; create it for this user, or change "${name}.path"`);
    return findings;
  }
  try {
    if (existsSync(path)) findings.ok("file", await look(path));
  } catch (error) {
    // What a producer that was killed has not filled yet.
    if (!(error instanceof OutboxMissingError)) findings.problem("file", (error as Error).message);
  }
  return findings;
}
