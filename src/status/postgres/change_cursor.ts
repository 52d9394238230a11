/**
 * The cursor of `changesSince()` in PostgreSQL: the snapshot of what was committed at the time of a
 * call. A column with a time or a number would miss what commits later than it was written.
 */
import type { Connection } from "./connection/connection.ts";
import { CURSOR, IS_AHEAD } from "./query_statements.ts";

export interface ChangeCursor {
  /** As `pg_snapshot` has it: `xmin:xmax:xids in progress`. */
  readonly snapshot: string;
  /** The server's time, in microseconds since 1970. */
  readonly micros: number;
}

const FORM = /^([1-9]\d{0,18}):([1-9]\d{0,18}):((?:\d{1,19}(?:,\d{1,19}){0,999})?)@(\d{1,16})$/;

/** The cursor of this moment. */
export async function currentCursor(connection: Connection): Promise<ChangeCursor> {
  const [cursor] = await connection.query<ChangeCursor>(CURSOR);
  return cursor!;
}

export function formatCursor({ snapshot, micros }: ChangeCursor): string {
  return `${snapshot}@${micros}`;
}

/** The cursor that a caller kept; `undefined` when it is none, or none of this server. */
export async function parseCursor(
  connection: Connection,
  text: string | undefined,
): Promise<ChangeCursor | undefined> {
  const [, xmin, xmax, running, micros] = FORM.exec(text ?? "") ?? [];
  if (!isSnapshot({ xmin, xmax, running })) return undefined;
  const snapshot = `${xmin}:${xmax}:${running}`;
  const [row] = await connection.query<{ is_ahead: boolean }>(IS_AHEAD, [snapshot]);
  return row!.is_ahead ? undefined : { snapshot, micros: Number(micros) };
}

/** What PostgreSQL demands of a snapshot: rising numbers from xmin until below xmax. */
function isSnapshot(
  parts: Readonly<Record<"xmin" | "xmax" | "running", string | undefined>>,
): boolean {
  if (parts.xmin === undefined || parts.xmax === undefined) return false;
  const [xmin, xmax] = [BigInt(parts.xmin), BigInt(parts.xmax)];
  const running = parts.running ? parts.running.split(",").map(BigInt) : [];
  const isRising = running.every((xid, index) => index === 0 || xid > running[index - 1]!);
  return xmin <= xmax && isRising && running.every((xid) => xid >= xmin && xid < xmax);
}
