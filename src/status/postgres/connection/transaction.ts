/** A transaction on a connection. */
import type { Connection } from "./connection.ts";

// The isolation is said, since a database may have another default: each statement has to see what
// was committed before it got its locks.
const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

/** Commits what `work` did, or rolls it back and rejects with its error. */
export async function transaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.execute(BEGIN);
  try {
    const result = await work();
    await connection.execute("COMMIT");
    return result;
  } catch (error) {
    await connection.execute("ROLLBACK").catch(() => connection.destroy());
    throw error;
  }
}
