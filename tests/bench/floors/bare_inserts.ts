/**
 * The floors of ingest: the same reports into one table by `pg`, and nothing else. Run as a process
 * with BareInserts as its argument; it writes how many are in into the file `count` of its folder.
 */
import { Client } from "pg";
import { JSON_COLUMNS } from "../../../src/status/postgres/ingest/report_columns.ts";
import { madeReport, type MadeReports } from "../frame/made_reports.ts";

export interface BareInserts {
  readonly url: string;
  /** In one statement of many rows, or each in a transaction of its own as the original Python service did. */
  readonly way: "batches" | "rows";
  /** Connections that work at once. */
  readonly connections: number;
  readonly sites: number;
}

const BATCH = 1_000;
/** Rows between two writings of the count. */
const COUNT_EVERY = 100;

/** The original Python service's statement: the newest of each site. */
const ROW = `
INSERT INTO bare_rows (site, location, url, checked_at, response_time, response_code, error_text)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (site, location) DO UPDATE SET url = excluded.url, checked_at = excluded.checked_at,
  response_time = excluded.response_time, response_code = excluded.response_code,
  error_text = excluded.error_text`;

if (import.meta.main) await insert(JSON.parse(Deno.args[0]!));

async function insert({ url, way, connections, sites }: BareInserts): Promise<void> {
  const made = { sites, beginMicros: Date.now() * 1_000 };
  const clients = await Promise.all(Array.from({ length: connections }, () => connected(url)));
  const write = way === "batches" ? writeBatch : writeRow;
  let [begun, written] = [0, 0];
  const size = way === "batches" ? BATCH : 1;
  await tableFor(way, clients[0]!);
  console.log("It begins");
  await Promise.all(clients.map(async (client) => {
    while (true) {
      const first = begun;
      begun += size;
      await write(client, first, made);
      written += size;
      if (written % COUNT_EVERY === 0) Deno.writeTextFileSync("count", String(written));
    }
  }));
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function tableFor(way: BareInserts["way"], client: Client): Promise<void> {
  const key = way === "batches" ? "producer_id, sequence" : "site, location";
  await client.query(`CREATE TABLE bare_${way} (${JSON_COLUMNS}, PRIMARY KEY (${key}))`);
}

async function writeBatch(client: Client, first: number, made: MadeReports): Promise<void> {
  const reports = Array.from({ length: BATCH }, (_, n) => madeReport(first + n, made));
  const text = `INSERT INTO bare_batches SELECT * FROM json_to_recordset($1) AS r(${JSON_COLUMNS})`;
  await client.query({ name: "batch", text, values: [JSON.stringify(reports)] });
}

async function writeRow(client: Client, n: number, made: MadeReports): Promise<void> {
  const { site, location, url, checked_at, response_time, response_code, error_text } = madeReport(
    n,
    made,
  );
  const values = [site, location, url, checked_at, response_time, response_code, error_text];
  await client.query({ name: "row", text: ROW, values });
}
