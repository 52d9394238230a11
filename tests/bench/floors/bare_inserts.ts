/**
 * The floor of ingest: the same reports into one table by `pg`, 1,000 in a statement, and nothing
 * else. Run as a process with BareInserts as its argument; it writes how many are in into the file
 * `count` of its folder.
 */
import { Client } from "pg";
import { JSON_COLUMNS } from "../../../src/status/postgres/ingest/report_columns.ts";
import { madeReport } from "../frame/made_reports.ts";

export interface BareInserts {
  readonly url: string;
  readonly sites: number;
}

const BATCH = 1_000;

if (import.meta.main) await insert(JSON.parse(Deno.args[0]!));

async function insert({ url, sites }: BareInserts): Promise<never> {
  const made = { sites, beginMicros: Date.now() * 1_000 };
  const client = new Client({ connectionString: url });
  await client.connect();
  const key = "PRIMARY KEY (producer_id, sequence)";
  await client.query(`CREATE TABLE bare_batches (${JSON_COLUMNS}, ${key})`);
  console.log("It begins");
  const text = `INSERT INTO bare_batches SELECT * FROM json_to_recordset($1) AS r(${JSON_COLUMNS})`;
  for (let first = 0;; first += BATCH) {
    const reports = Array.from({ length: BATCH }, (_, n) => madeReport(first + n, made));
    await client.query({ name: "batch", text, values: [JSON.stringify(reports)] });
    Deno.writeTextFileSync("count", String(first + BATCH));
  }
}
