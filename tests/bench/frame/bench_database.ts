/** A database for a bench, on a server that writes to the disk as one in production does. */
import { createDatabase, type TestDatabase } from "../../services/database.ts";
import { startPostgres } from "../../services/postgres.ts";

/**
 * On the server of SITEMON_TEST_POSTGRES, whatever its settings are; else on one that is started
 * for it with `settings`, and which later databases of this process share as long as it is there.
 */
export async function benchDatabase(
  settings: Readonly<Record<string, string>> = {},
): Promise<TestDatabase> {
  await using closing = new AsyncDisposableStack();
  if (Deno.env.get("SITEMON_TEST_POSTGRES") === undefined) {
    const server = closing.use(await startPostgres({ fsync: true, settings }));
    Deno.env.set("SITEMON_TEST_POSTGRES", server.url);
    closing.defer(() => Deno.env.delete("SITEMON_TEST_POSTGRES"));
  }
  const database = closing.use(await createDatabase());
  const kept = closing.move();
  return { ...database, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
