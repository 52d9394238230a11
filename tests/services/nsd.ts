/** NSD name servers for tests: a real one beside those that tests write themselves. */
import { freePort } from "../support/free_port.ts";
import type { Found } from "./found.ts";
import { findProgram } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

/** Debian keeps it where only root looks. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Looks on the PATH, and where distributions put it. */
export function findNsd(): Found<{ readonly nsd: string }> {
  const nsd = findProgram("nsd", FOLDERS);
  if (nsd !== undefined) return { from: "programs", programs: { nsd } };
  return { from: "nowhere", reason: "no NSD: install nsd" };
}

/** Starts NSD with these zones, over UDP and TCP on loopback; disposing of the result ends it. */
export async function startNsd(
  zones: Readonly<Record<string, string>>,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const found = findNsd();
  if (found.from !== "programs") throw new Error(`NSD cannot be started: ${found.reason}`);
  await using closing = new AsyncDisposableStack();
  const folder = closing.use(new ServerFolder({ prefix: "sitemon-nsd-", endSignal: "KILL" }));
  const port = freePort();
  folder.write({ ...zones, "nsd.conf": configuration(Object.keys(zones), { folder, port }) });
  await ServerProcess.start(folder, {
    name: "nsd",
    argv: [found.programs.nsd, "-d", "-c", "nsd.conf"],
    isReady: (log) => log.includes("nsd started"),
  });
  const running = closing.move();
  return { port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Every path is below its own folder, so that it needs no rights of another user. */
function configuration(
  zones: readonly string[],
  { folder, port }: { readonly folder: ServerFolder; readonly port: number },
): string {
  return [
    "server:",
    `  ip-address: 127.0.0.1@${port}`,
    ...['username: ""', 'chroot: ""', 'pidfile: ""', 'database: ""', "server-count: 1"],
    ...["zonesdir", "xfrdir"].map((name) => `  ${name}: "${folder.path}"`),
    ...["zonelistfile", "xfrdfile"].map((name) => `  ${name}: "${folder.path}/${name}"`),
    "remote-control:",
    "  control-enable: no",
    ...zones.flatMap((zone) => ["zone:", `  name: "${zone}"`, `  zonefile: "${zone}"`]),
    "",
  ].join("\n");
}
