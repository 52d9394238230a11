/** The statements for what is not a report: gaps and dead letters. */
import type { Gap } from "../../../report/report.ts";
import type { DeadLetter } from "../../store.ts";
import type { Connection } from "../connection/connection.ts";
import type { Statement } from "../../sql/sql_source.ts";

// Sorted, as all rows are that two stores may write at once.
const RECORD_GAPS: Statement = {
  name: "record_gaps",
  text: `
INSERT INTO producer_gap (producer_id, first, last, reason)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING`,
};

const RECORD_DEAD_LETTERS: Statement = {
  name: "record_dead_letters",
  text: `
INSERT INTO dead_letter
  (topic, partition, "offset", recorded_at, reason, detail, key, value, sitemon_id)
SELECT topic, partition, "offset", timestamptz 'epoch' + ms * interval '1 millisecond',
  reason, detail, key, value, sitemon_id
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
  $7::bytea[], $8::bytea[], $9::text[])
  AS r(topic, partition, "offset", ms, reason, detail, key, value, sitemon_id)
ORDER BY topic COLLATE "C", partition, "offset"
ON CONFLICT DO NOTHING
RETURNING 1`,
};

const REMOVE_DEAD_LETTERS: Statement = {
  name: "remove_dead_letters",
  text: "DELETE FROM dead_letter WHERE number = ANY($1::bigint[])",
};

/** Keeps announced gaps; those that are kept already stay as they are. */
export async function recordGaps(connection: Connection, gaps: readonly Gap[]): Promise<void> {
  if (gaps.length === 0) return;
  await connection.query(RECORD_GAPS, [
    gaps.map((gap) => gap.producer_id),
    gaps.map((gap) => gap.first),
    gaps.map((gap) => gap.last),
    gaps.map((gap) => gap.reason),
  ]);
}

/** Keeps dead letters, and returns how many were new. */
export async function recordDeadLetters(
  connection: Connection,
  deadLetters: readonly DeadLetter[],
): Promise<number> {
  if (deadLetters.length === 0) return 0;
  const rows = await connection.query(RECORD_DEAD_LETTERS, [
    deadLetters.map((deadLetter) => deadLetter.topic),
    deadLetters.map((deadLetter) => deadLetter.partition),
    deadLetters.map((deadLetter) => deadLetter.offset),
    deadLetters.map((deadLetter) => deadLetter.timestampMs),
    deadLetters.map((deadLetter) => deadLetter.reason),
    deadLetters.map((deadLetter) => deadLetter.detail),
    deadLetters.map((deadLetter) => deadLetter.key),
    deadLetters.map((deadLetter) => deadLetter.value),
    deadLetters.map((deadLetter) => deadLetter.sitemonId),
  ]);
  return rows.length;
}

/** Removes dead letters that are applied now. */
export async function removeDeadLetters(
  connection: Connection,
  numbers: readonly number[],
): Promise<void> {
  if (numbers.length > 0) await connection.query(REMOVE_DEAD_LETTERS, [numbers]);
}
