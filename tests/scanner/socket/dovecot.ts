/** Dovecot for tests: a real server of IMAP and POP3. */
import process from "node:process";
import { userInfo } from "node:os";
import type { Certificate } from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";
import type { Found } from "../../services/found.ts";
import { findProgram } from "../../services/programs.ts";
import { ServerFolder, ServerProcess } from "../../services/server_process.ts";

/** Debian keeps it where only root looks. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Looks on the PATH, and where distributions put it. */
export function findDovecot(): Found<{ readonly dovecot: string }> {
  const dovecot = findProgram("dovecot", FOLDERS);
  if (dovecot !== undefined) return { from: "programs", programs: { dovecot } };
  return { from: "nowhere", reason: "no Dovecot: install dovecot-imapd and dovecot-pop3d" };
}

/** Starts Dovecot on loopback with this certificate; disposing of the result ends it. */
export async function startDovecot(
  { cert, key }: Certificate,
): Promise<{ readonly imap: number; readonly pop3: number } & AsyncDisposable> {
  const found = findDovecot();
  if (found.from !== "programs") throw new Error(`Dovecot cannot be started: ${found.reason}`);
  await using closing = new AsyncDisposableStack();
  const folder = closing.use(new ServerFolder({ prefix: "sitemon-dovecot-", endSignal: "KILL" }));
  const ports = { imap: freePort(), pop3: freePort() };
  folder.write({ "cert.pem": cert, "key.pem": key, "dovecot.conf": configuration(folder, ports) });
  await ServerProcess.start(folder, {
    name: "dovecot",
    argv: [found.programs.dovecot, "-F", "-c", "dovecot.conf"],
    isReady: (log) => log.includes("starting up for"),
  });
  const running = closing.move();
  return { ...ports, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Everything is below its own folder, and belongs to a user that there is. */
function configuration(
  { path }: ServerFolder,
  ports: Readonly<Record<"imap" | "pop3", number>>,
): string {
  const user = process.getuid?.() === 0 ? "nobody" : userInfo().username;
  return [
    ...[`base_dir = ${path}/run`, `state_dir = ${path}/run`, "log_path = /dev/stderr"],
    ...["protocols = imap pop3", "listen = 127.0.0.1", "ssl = yes"],
    ...[`ssl_cert = <${path}/cert.pem`, `ssl_key = <${path}/key.pem`],
    ...[`default_internal_user = ${user}`, `default_login_user = ${user}`],
    `default_internal_group = ${user === "nobody" ? "nogroup" : user}`,
    ...Object.entries(ports).flatMap(([name, port]) => [
      `service ${name}-login {`,
      "  chroot =",
      `  inet_listener ${name} {`,
      `    port = ${port}`,
      "  }",
      `  inet_listener ${name}s {`,
      "    port = 0",
      "  }",
      "}",
    ]),
    ...["service anvil {", "  chroot =", "}"],
    ...["passdb {", "  driver = static", "  args = nopassword=y", "}", ""],
  ].join("\n");
}
