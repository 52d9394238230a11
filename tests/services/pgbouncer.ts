/** PgBouncer for tests: a pooler between sitemon and a server, as others have one. */
import { freePort } from "../support/free_port.ts";
import type { Found } from "./found.ts";
import type { PostgresAddress } from "./postgres.ts";
import { findProgram } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

/** Debian keeps it where only root looks. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Looks on the PATH, and where distributions put it. */
export function findPgbouncer(): Found<{ readonly pgbouncer: string }> {
  const pgbouncer = findProgram("pgbouncer", FOLDERS);
  if (pgbouncer !== undefined) return { from: "programs", programs: { pgbouncer } };
  return { from: "nowhere", reason: "no PgBouncer: install pgbouncer" };
}

/**
 * Starts one in transaction mode with a single session of the server for each database and role, so
 * that whoever uses it gets what the last one left; disposing of the result ends it.
 */
export async function startPgbouncer(
  { host, port, user, password }: PostgresAddress,
): Promise<{ readonly host: string; readonly port: number } & AsyncDisposable> {
  const found = findPgbouncer();
  if (found.from !== "programs") throw new Error(`PgBouncer cannot be started: ${found.reason}`);
  await using closing = new AsyncDisposableStack();
  // PgBouncer refuses to run as root.
  const own = Deno.uid() === 0 ? { user: "postgres" } : {};
  const folder = closing.use(
    new ServerFolder({ prefix: "sitemon-pgbouncer-", endSignal: "KILL", ...own }),
  );
  const address = { host: "127.0.0.1", port: freePort() };
  folder.write({
    "users.txt": `"${user}" "${password}"\n`,
    "pgbouncer.ini": `
[databases]
* = host=${host} port=${port}
[pgbouncer]
listen_addr = ${address.host}
listen_port = ${address.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
pool_mode = transaction
default_pool_size = 1
`,
  });
  await ServerProcess.start(folder, {
    name: "pgbouncer",
    argv: [found.programs.pgbouncer, "pgbouncer.ini"],
    isReady: (log) => log.includes("process up"),
  });
  const running = closing.move();
  return { ...address, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
