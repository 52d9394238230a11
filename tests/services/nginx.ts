/** nginx servers for tests and benches: a real web server beside those that tests write themselves. */
import type { Found } from "./found.ts";
import { findProgram } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

/** Debian keeps it where only root looks. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Looks on the PATH, and where distributions put it. */
export function findNginx(): Found<{ readonly nginx: string }> {
  const nginx = findProgram("nginx", FOLDERS);
  if (nginx !== undefined) return { from: "programs", programs: { nginx } };
  return { from: "nowhere", reason: "no nginx: install nginx-light" };
}

/** Starts nginx as one process in a folder of its own; disposing of the result ends it. */
export async function startNginx({ http, files }: {
  /** Blocks of `http { … }`, such as `server { … }`. */
  readonly http: string;
  /** Files that the blocks name, by their names in its folder. */
  readonly files?: Readonly<Record<string, string>>;
}): Promise<AsyncDisposable> {
  const found = findNginx();
  if (found.from !== "programs") throw new Error(`nginx cannot be started: ${found.reason}`);
  await using closing = new AsyncDisposableStack();
  const folder = closing.use(new ServerFolder({ prefix: "sitemon-nginx-", endSignal: "KILL" }));
  folder.write({ ...files, "nginx.conf": configuration(http) });
  await ServerProcess.start(folder, {
    name: "nginx",
    argv: [found.programs.nginx, "-e", "stderr", "-p", folder.path, "-c", "nginx.conf"],
    isReady: (log) => log.includes('using the "epoll" event method'),
  });
  return closing.move();
}

/** Every path is below its own folder, so that it needs no rights of another user. */
function configuration(http: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${name}_temp;`);
  return [
    "daemon off;",
    "master_process off;",
    "pid nginx.run;",
    "error_log stderr notice;",
    "events { worker_connections 16384; }",
    "http {",
    "  access_log off;",
    ...temporary,
    http,
    "}\n",
  ].join("\n");
}
