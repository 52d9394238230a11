/** The oracle: what must be true of a store once everything that was stored has reached it. */
import { LATENCY_BOUNDS_MS, latencyColumn } from "../../src/status/read/latency_buckets.ts";
import { OUTCOMES } from "../../src/report/outcome.ts";

/** How a database says what the oracle asks. */
export interface Dialect {
  /** A time as microseconds since 1970. */
  readonly micros: (column: string) => string;
  /** The day of an hour, as a text. */
  readonly day: string;
  readonly least: "least" | "min";
  readonly uuid: (text: string) => string;
}

export const POSTGRES: Dialect = {
  micros: (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint`,
  day: "to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
  least: "least",
  uuid: (text) => `'${text}'::uuid`,
};

export const SQLITE: Dialect = {
  micros: (column) => column,
  day: "date(hour / 1000000, 'unixepoch')",
  least: "min",
  uuid: (text) => `'${text}'`,
};

/** What a producer has stored: its sequences from 1 to `last`. */
export interface Produced {
  readonly producerId: string;
  readonly last: number;
}

/** A query that finds what breaks a promise: no rows are right. */
interface Question {
  readonly promise: string;
  readonly sql: string;
}

export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

const EXAMPLES_MAX = 3;

/** Asks everything; resolves to one sentence for each promise that is broken. */
export async function broken(
  query: Query,
  dialect: Dialect,
  produced: readonly Produced[],
): Promise<string[]> {
  const sentences: string[] = [];
  for (const { promise, sql } of questions(dialect, produced)) {
    const rows = await query(sql);
    if (rows.length === 0) continue;
    const examples = rows.slice(0, EXAMPLES_MAX).map((row) => JSON.stringify(row)).join(" ");
    sentences.push(`${promise}, but ${rows.length} are not: ${examples}`);
  }
  return sentences;
}

/** Sequences that are neither in the history nor in a gap nor a dead letter. */
export function missingSql(dialect: Dialect, produced: readonly Produced[]): string {
  return `${sets(dialect, produced)}
SELECT producer_id, count(*) AS count, min(sequence) AS first, max(sequence) AS last
FROM (SELECT * FROM produced EXCEPT SELECT * FROM settled) AS missing GROUP BY producer_id`;
}

function questions(dialect: Dialect, produced: readonly Produced[]): Question[] {
  return [
    { promise: "Everything stored is accounted for", sql: missingSql(dialect, produced) },
    {
      promise: "Nothing is there that was never stored",
      sql: `${sets(dialect, produced)} SELECT * FROM settled EXCEPT SELECT * FROM produced`,
    },
    {
      promise: "Each report counts once",
      sql: `SELECT producer_id, sequence, count(*) AS count FROM site_report
        GROUP BY 1, 2 HAVING count(*) > 1`,
    },
    { promise: "Each status is the newest report", sql: STATUS },
    { promise: "Transitions are the changes of outcome in the history", sql: TRANSITIONS },
    { promise: "The rollup is the sum of the history", sql: rollup(dialect) },
    { promise: "Days are the sum of their hours", sql: days(dialect) },
  ];
}

/** `produced` and `settled`, as (producer_id, sequence). */
function sets({ uuid }: Dialect, produced: readonly Produced[]): string {
  const values = produced.map(({ producerId, last }) => `(${uuid(producerId)}, ${last})`);
  return `WITH RECURSIVE
producer(producer_id, last) AS (VALUES ${values.join(", ")}),
counted(producer_id, sequence, last) AS (
  SELECT producer_id, 1, last FROM producer WHERE last > 0
  UNION ALL SELECT producer_id, sequence + 1, last FROM counted WHERE sequence < last),
dropped(producer_id, sequence, last) AS (
  SELECT producer_id, first, last FROM producer_gap
  UNION SELECT producer_id, sequence + 1, last FROM dropped WHERE sequence < last),
produced AS (SELECT producer_id, CAST(sequence AS bigint) AS sequence FROM counted),
settled AS (
  SELECT producer_id, sequence FROM site_report
  UNION SELECT producer_id, sequence FROM dropped
  UNION SELECT producer_id, sequence FROM produced WHERE EXISTS (
    SELECT 1 FROM dead_letter
    WHERE sitemon_id = CAST(producer_id AS text) || '/' || CAST(sequence AS text)))`;
}

const PLACE = "order_at, producer_id, sequence";
const SHOWN = `site, location, ${PLACE}, checked_at, recorded_at, url, response_time,
  response_code, error_text, outcome, reason, attempts, next_check_ms`;

const STATUS = difference(
  `SELECT ${SHOWN} FROM (
    SELECT *, row_number() OVER (PARTITION BY site, location
      ORDER BY order_at DESC, producer_id DESC, sequence DESC) AS age FROM site_report) AS r
  WHERE age = 1`,
  `SELECT ${SHOWN} FROM site_status`,
);

const CHANGE = `site, location, ${PLACE}, checked_at, from_outcome, outcome, reason`;

const TRANSITIONS = difference(
  `SELECT ${CHANGE} FROM (
    SELECT *, lag(outcome) OVER (PARTITION BY site, location ORDER BY ${PLACE}) AS from_outcome
    FROM site_report WHERE outcome <> 'inconclusive') AS r
  WHERE from_outcome IS DISTINCT FROM outcome`,
  `SELECT ${CHANGE} FROM site_transition`,
);

/** Each report in its own hour, and what it covers of the hours until the next check. */
function shares({ micros, least }: Dialect): string {
  const hour = `${micros("checked_at")} / 3600000000 * 3600000000`;
  const room = `3600000 - ${micros("checked_at")} / 1000 % 3600000`;
  const covered = `${least}(coalesce(next_check_ms, 0), ${room})`;
  return `WITH RECURSIVE share(site, location, hour, outcome, checks, response_code, response_time,
  ms, rest) AS (
  SELECT site, location, ${hour}, outcome, 1, response_code, response_time,
    ${covered}, coalesce(next_check_ms, 0) - ${covered} FROM site_report
  UNION ALL
  SELECT site, location, hour + 3600000000, outcome, 0, NULL, NULL,
    ${least}(rest, 3600000), rest - ${least}(rest, 3600000) FROM share WHERE rest > 0)`;
}

function rollup(dialect: Dialect): string {
  const { micros, least } = dialect;
  const columns = [
    ...OUTCOMES,
    ...OUTCOMES.map((outcome) => `${outcome}_ms`),
    "responses",
    "response_time_sum",
    ...LATENCY_BOUNDS_MS.map(latencyColumn),
  ];
  const of = (outcome: string) => `FILTER (WHERE outcome = '${outcome}')`;
  const sums = [
    ...OUTCOMES.map((outcome) => `coalesce(sum(checks) ${of(outcome)}, 0)`),
    ...OUTCOMES.map((outcome) => `${least}(coalesce(sum(ms) ${of(outcome)}, 0), 3600000)`),
    "count(response_code)",
    "coalesce(sum(response_time) FILTER (WHERE response_code IS NOT NULL), 0)",
    ...LATENCY_BOUNDS_MS.map((ms) => `count(response_code) FILTER (WHERE response_time <= ${ms})`),
  ];
  return difference(
    `${shares(dialect)} SELECT site, location, hour, ${
      sums.map((sum, index) => `${sum} AS ${columns[index]}`).join(", ")
    } FROM share GROUP BY 1, 2, 3`,
    `SELECT site, location, ${micros("hour")} AS hour, ${columns.join(", ")} FROM site_hour`,
  );
}

function days({ day }: Dialect): string {
  const columns = OUTCOMES.map((outcome) => `${outcome}_ms`);
  return difference(
    `SELECT site, location, ${day} AS day, ${
      columns.map((column) => `sum(${column}) AS ${column}`).join(", ")
    } FROM site_hour GROUP BY 1, 2, 3`,
    `SELECT site, location, CAST(day AS text) AS day, ${columns.join(", ")} FROM site_day`,
  );
}

/** Rows of one side alone. */
function difference(expected: string, actual: string): string {
  return `WITH expected AS (${expected}), actual AS (${actual})
SELECT 'expected' AS side, e.* FROM (SELECT * FROM expected EXCEPT SELECT * FROM actual) AS e
UNION ALL
SELECT 'found' AS side, a.* FROM (SELECT * FROM actual EXCEPT SELECT * FROM expected) AS a`;
}
