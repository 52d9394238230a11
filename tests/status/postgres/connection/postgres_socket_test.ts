// PostgreSQL by its socket and by a URL, with the permissions that the commands compute for it.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { startPostgres } from "../../../services/postgres.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { sitemon } from "../../../support/sitemon_process.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

serviceTest("own postgres")("commands reach a server by its socket, and by a URL", async () => {
  using folder = new TempFolder();
  // The server may run as another user.
  Deno.chmodSync(folder.path, 0o777);
  await using server = await startPostgres({
    settings: { unix_socket_directories: folder.path, listen_addresses: "" },
  });
  const { port, user, password, db } = server;
  const url = `postgres://${user}:\${WORD}@${encodeURIComponent(folder.path)}:${port}/${db}`;
  const files = [
    `{host: ${folder.path}, port: ${port}, user: ${user}, password: "\${WORD}", db: ${db}}`,
    `{url: "${url}"}`,
    `{url: "\${DATABASE_URL}"}`,
  ].map((postgres, index) => folder.write(`${index}.yaml`, `postgres: ${postgres}`));
  const env = { WORD: password, DATABASE_URL: url.replace("${WORD}", password) };
  for (const file of files) {
    const migrated = await sitemon(["migrate", "-c", file], { env });
    strictEqual(migrated.code, 0, migrated.stderr);
    const { code, stdout, stderr } = await sitemon(["doctor", "-c", file], { env });
    strictEqual(code, 0, stdout + stderr);
    match(stdout, new RegExp(`PostgreSQL ${folder.path}/\\.s\\.PGSQL\\.${port}`));
  }
  await server.stop();
  const after = await Promise.all(files.map((file) => sitemon(["doctor", "-c", file], { env })));
  deepStrictEqual(after.map(({ code }) => code), [1, 1, 1]);
  match(after[0]!.stdout, /check that the server runs, and the folder and the port of its socket/);
});
