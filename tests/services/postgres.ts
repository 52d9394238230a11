/** PostgreSQL servers for tests. */
import { dirname } from "node:path";
import { type Found, hasCompose, share, type SharedServer } from "./found.ts";
import { freePort } from "../support/free_port.ts";
import { findProgram, run } from "./programs.ts";
import { ServerFolder, ServerProcess } from "./server_process.ts";

const USER = "postgres";
/** No word of a log or a report, in which it would be hidden. */
const PASSWORD = "only-to-try";

interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** Looks in SITEMON_TEST_POSTGRES, then for programs, then for Docker Compose. */
export function findPostgres(): Found<PostgresPrograms> {
  const address = Deno.env.get("SITEMON_TEST_POSTGRES");
  if (address) return { from: "environment", address };
  const own = findOwnPostgres();
  if (own.from === "programs" || !hasCompose()) return own;
  return { from: "compose" };
}

/** Where a test gets a server that it may stop and break: of this machine's programs alone. */
export function findOwnPostgres(): Found<PostgresPrograms> {
  const folders = [...configuredFolder(), ...debianFolders()];
  const initdb = findProgram("initdb", folders);
  const postgres = findProgram("postgres", folders);
  if (initdb && postgres) return { from: "programs", programs: { initdb, postgres } };
  return { from: "nowhere", reason: "no PostgreSQL: its programs initdb and postgres are missing" };
}

/** pg_dump and pg_restore, which read the version of the server that is found here. */
export function findDumpPrograms(): { readonly folder?: string; readonly reason?: string } {
  const found = findProgram("pg_dump", [...configuredFolder(), ...debianFolders()]);
  if (found === undefined) return { reason: "no pg_dump: install postgresql-client" };
  return { folder: dirname(found) };
}

function configuredFolder(): string[] {
  const pgConfig = findProgram("pg_config");
  return pgConfig === undefined ? [] : [run([pgConfig, "--bindir"]).trim()];
}

/** Debian keeps the programs of each version apart; the newest comes first. */
function debianFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(root)].map((entry) => Number(entry.name));
    return versions.sort((a, b) => b - a).map((version) => `${root}/${version}/bin`);
  } catch {
    return [];
  }
}

/** How to reach a database. */
export interface PostgresAddress {
  /** `postgres://user:password@host:port/db` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly db: string;
}

/** Takes a `postgres://` url apart. */
export function parsePostgresUrl(url: string): PostgresAddress {
  const { hostname, port, username, password, pathname } = new URL(url);
  const user = decodeURIComponent(username);
  return {
    url,
    host: hostname,
    port: Number(port || 5432),
    user,
    password: decodeURIComponent(password),
    db: decodeURIComponent(pathname.slice(1)) || user,
  };
}

export interface PostgresOptions {
  /** True writes to the disk as in production; tests that do not pull the plug are faster without. */
  readonly fsync?: boolean;
  /** Server settings, such as `{ max_connections: "20" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files for the data folder by name, readable by the server alone, such as `server.key`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a server; disposing it removes it with its data. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const found = findOwnPostgres();
  if (found.from === "programs") return await PostgresServer.create(found.programs, options);
  throw new Error(`PostgreSQL cannot be started: ${found.reason}`);
}

/** The server that the tests of a run share: started here unless the environment names one. */
export async function sharePostgres(): Promise<SharedServer> {
  return await share(findPostgres(), {
    service: "postgres",
    addressAt: urlOf,
    start: async () => {
      const server = await startPostgres();
      return { address: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    },
  });
}

function urlOf(port: number): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
}

/** A server of one test's own. Its methods wait until the server did what they say. */
export class PostgresServer implements PostgresAddress, AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly user = USER;
  readonly password = PASSWORD;
  readonly db = "postgres";
  readonly port = freePort();
  readonly url = urlOf(this.port);
  readonly #folder: ServerFolder;
  readonly #postgres: string;
  #process: ServerProcess | undefined;

  private constructor(folder: ServerFolder, postgres: string) {
    this.#folder = folder;
    this.#postgres = postgres;
  }

  static create(programs: PostgresPrograms, options: PostgresOptions): Promise<PostgresServer> {
    return PostgresServer.#create(
      programs.postgres,
      (folder) => initialize(folder, programs, options),
    );
  }

  static async #create(
    postgres: string,
    fill: (folder: ServerFolder) => Promise<unknown>,
  ): Promise<PostgresServer> {
    // PostgreSQL refuses to run as root; its packages bring a user to run it as.
    const user = Deno.uid() === 0 ? { user: "postgres" } : {};
    // QUIT ends every child and frees the shared memory, which KILL would leave behind.
    await using closing = new AsyncDisposableStack();
    const folder = new ServerFolder({ prefix: "sitemon-pg-", endSignal: "QUIT", ...user });
    closing.use(folder);
    await fill(folder);
    const server = new PostgresServer(folder, postgres);
    await server.start();
    closing.move();
    return server;
  }

  /** Starts a standby that streams from this server, with its settings, on a port of its own. */
  follow(): Promise<PostgresServer> {
    const { host, port, user, password } = this;
    const from = `host=${host} port=${port} user=${user} password=${password}`;
    const backup = [this.#program("pg_basebackup"), "--write-recovery-conf", "--checkpoint=fast"];
    return PostgresServer.#create(
      this.#postgres,
      (folder) => folder.run([...backup, `--dbname=${from}`, `--pgdata=${folder.path}/data`]),
    );
  }

  /** Makes a standby a primary. */
  async promote(): Promise<void> {
    await this.#folder.run([this.#program("pg_ctl"), "promote", "-D", this.#data]);
  }

  /** Starts it, after an end on the same port with the same data. */
  async start(): Promise<void> {
    this.#process = await ServerProcess.start(this.#folder, {
      name: "postgres",
      argv: [this.#postgres, "-D", this.#data, "-p", String(this.port)],
      isReady: (log) => /ready to accept (read-only )?connections/.test(log),
    });
  }

  /** Ends it as a crash would: connections are cut, and recovery follows. */
  async stop(): Promise<void> {
    await this.#process?.end("SIGQUIT");
    this.#process = undefined;
  }

  /** Holds every process of the server still, so that connections hang (SIGSTOP). */
  suspend(): void {
    this.#signalAll("SIGSTOP");
  }

  resume(): void {
    this.#signalAll("SIGCONT");
  }

  get #data(): string {
    return `${this.#folder.path}/data`;
  }

  /** Of the same version: where the server's file is, not the link to it. */
  #program(name: string): string {
    return `${dirname(Deno.realPathSync(this.#postgres))}/${name}`;
  }

  /** Connections are served by children, each of which may end meanwhile. */
  #signalAll(signal: Deno.Signal): void {
    const server = this.#process!;
    server.signal(signal);
    for (const child of run(["pgrep", "-P", String(server.pid)]).trim().split("\n")) {
      try {
        Deno.kill(Number(child), signal);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process !== undefined) {
      this.resume();
      await this.stop();
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function initialize(
  folder: ServerFolder,
  programs: PostgresPrograms,
  options: PostgresOptions,
): Promise<void> {
  const data = `${folder.path}/data`;
  const passwordFile = `${folder.path}/password`;
  folder.write({ password: PASSWORD });
  const access = ["--auth=scram-sha-256", `--username=${USER}`, `--pwfile=${passwordFile}`];
  const locale = ["--encoding=UTF8", "--locale=C"];
  await folder.run([programs.initdb, "--no-sync", `--pgdata=${data}`, ...access, ...locale]);
  Deno.writeTextFileSync(`${data}/postgresql.auto.conf`, configuration(options));
  for (const [name, text] of Object.entries(options.files ?? {})) {
    Deno.writeTextFileSync(`${data}/${name}`, text, { mode: 0o600 });
    if (folder.user !== undefined) run(["chown", folder.user, `${data}/${name}`]);
  }
}

function configuration(options: PostgresOptions): string {
  const flush = options.fsync ? "on" : "off";
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: flush,
    full_page_writes: flush,
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) =>
    `${name} = '${value.replaceAll("'", "''")}'\n`
  );
  return lines.join("");
}
