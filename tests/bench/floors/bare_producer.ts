/**
 * The floor of a producer: the least code that checks, stores what it found in SQLite by group
 * commit, and publishes it to Kafka. Run as a process with a BareLoad as its argument, in a folder
 * where it may write.
 */
import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { Kafka, logLevel, type Message, Partitioners } from "kafkajs";
import { encodeReport } from "../../../src/report/codec.ts";
import { aReport } from "../../contract/site_reports.ts";
import { bareCheck, type BareTarget } from "./bare_check.ts";
import { evenly } from "./evenly.ts";

/** What it checks, and where it publishes to. */
export interface BareLoad extends BareTarget {
  /** Names that take turns. */
  readonly sites: number;
  /** Checks that are begun in a second, evenly; as many as go when absent. */
  readonly perSecond?: number;
  /** Checks that run at once when no rate is given. */
  readonly concurrency: number;
  readonly bootstrap: string;
  readonly topic: string;
}

/** What sitemon's outbox and relay do as well. */
const GROUP = { waitMs: 250, reportsMax: 256 };
const BATCH_ROWS_MAX = 500;

type Row = Message & { readonly id: number };

if (import.meta.main) await produce(JSON.parse(Deno.args[0]!));

export async function produce(load: BareLoad): Promise<void> {
  const store = await openStore(load);
  console.log("It begins");
  let count = 0;
  const check = async () => {
    const startMs = performance.now();
    const site = `site ${count++ % load.sites}`;
    const checked_at = Date.now() * 1_000;
    await bareCheck(load);
    const response_time = Math.round(performance.now() - startMs);
    store(aReport({ site, checked_at, response_time }));
  };
  if (load.perSecond !== undefined) return await evenly(load.perSecond, check);
  await Promise.all(Array.from({ length: load.concurrency }, async () => {
    while (true) await check();
  }));
}

/** Resolves to what takes a report: it is then stored with others, and published after that. */
async function openStore({ bootstrap, topic }: BareLoad) {
  const sql = new DatabaseSync("bare.db");
  sql.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  sql.exec("CREATE TABLE row (id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT, payload BLOB)");
  const insert = sql.prepare("INSERT INTO row (site, payload) VALUES (?, ?)");
  const removeUpTo = sql.prepare("DELETE FROM row WHERE id <= ?");
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();

  const unsent: Row[] = [];
  let group: ReturnType<typeof aReport>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSending = false;

  function commit(): void {
    clearTimeout(timer);
    timer = undefined;
    sql.exec("BEGIN");
    for (const report of group) {
      const payload = encodeReport(report);
      const { lastInsertRowid } = insert.run(report.site, payload);
      unsent.push({ id: Number(lastInsertRowid), key: report.site, value: Buffer.from(payload) });
    }
    sql.exec("COMMIT");
    group = [];
    void send();
  }

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (unsent.length > 0) {
      const messages = unsent.splice(0, BATCH_ROWS_MAX);
      await producer.send({ topic, messages, acks: -1 });
      removeUpTo.run(messages.at(-1)!.id);
    }
    isSending = false;
  }

  return (report: ReturnType<typeof aReport>) => {
    group.push(report);
    if (group.length === GROUP.reportsMax) commit();
    else timer ??= setTimeout(commit, GROUP.waitMs);
  };
}
