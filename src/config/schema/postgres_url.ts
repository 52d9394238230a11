/** `postgres://user:password@host:port/db?sslmode=…`, as hosts of databases hand it out. */
import * as z from "zod";
import { formatHost, parseHost } from "./host_port.ts";
import { quotable } from "./scalar.ts";

/** PostgreSQL silently cuts names to this many bytes (NAMEDATALEN - 1). */
const NAME_BYTES_MAX = 63;
const NAME_RULE = quotable(`is not one line of 1 to ${NAME_BYTES_MAX} bytes`);

/**
 * A name of whatever characters, which is quoted wherever it is used. libpq takes a connection string
 * for the name of a database; here its password would be shown.
 */
export const postgresName = z.string({ error: NAME_RULE }).regex(/^\P{Cc}+$/u)
  .refine((name) => new TextEncoder().encode(name).length <= NAME_BYTES_MAX, { error: NAME_RULE })
  .refine((name) => !/:\/\/|\w=/.test(name), {
    error: 'is a connection string; write it as "postgres.url"',
  });

const TLS_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;

/** What a connection needs, of a URL or of the keys beside it. */
export interface PostgresServer {
  /** A host name, an IP address, or the folder of a Unix-domain socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly db: string;
}

export interface PostgresUrl extends Partial<Omit<PostgresServer, "host" | "user">> {
  readonly host: string;
  readonly user: string;
  readonly tls?: typeof TLS_MODES[number];
}

/** True for the folder of a socket. */
export function isSocketFolder(host: string): boolean {
  return host.startsWith("/");
}

/** A host name, an IP address, or the folder of a socket. */
export function isPostgresHost(host: string): boolean {
  if (isSocketFolder(host)) return !/[\p{Cc},]/u.test(host);
  return parseHost(formatHost({ host })) !== undefined;
}

/** The path of the socket in a folder. */
export function socketPath({ host, port }: Pick<PostgresServer, "host" | "port">): string {
  return `${host.replace(/\/$/, "")}/.s.PGSQL.${port}`;
}

/** The text of a URL; its problem is found by taking it apart. */
export function postgresUrl() {
  const error = "is not a URL of the form postgres://user:password@host:port/db";
  return z.string({ error }).superRefine((text, context) => {
    const parts = parsePostgresUrl(text);
    if (typeof parts === "string") {
      context.addIssue({ code: "custom", message: parts });
      return;
    }
    for (const [what, name] of [["user", parts.user], ["database", parts.db]] as const) {
      if (name === undefined || postgresName.safeParse(name).success) continue;
      const message = `names a ${what} that PostgreSQL cannot have, or that is a connection string`;
      context.addIssue({ code: "custom", message });
    }
  });
}

/**
 * The parts of a URL, percent-decoded, or what is wrong with it. A percent-encoded folder in place of
 * the host (`postgres://user@%2Fvar%2Frun%2Fpostgresql/db`) has a socket.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parsePostgresUrl(text: string): PostgresUrl | string {
  const url = /^postgres(ql)?:\/\//.test(text) ? URL.parse(text) : null;
  const parts = url && decodedParts(url);
  if (!url || !parts || !isPostgresHost(parts.host) || url.hash !== "") {
    return "is not a URL of the form postgres://user:password@host:port/db";
  }
  if (parts.user === "") return "names no user; write postgres://user@host/db";
  const { sslmode, ...others } = Object.fromEntries(url.searchParams);
  if (Object.keys(others).length > 0) {
    return "has parameters beside sslmode; write keys of the configuration in their place";
  }
  if (sslmode === undefined) return parts;
  const tls = TLS_MODES.find((mode) => mode === sslmode);
  return tls ? { ...parts, tls } : `has an sslmode that is not one of ${TLS_MODES.join(", ")}`;
}

function decodedParts(url: URL): PostgresUrl | undefined {
  try {
    const [host, user, password, db] = [url.hostname, url.username, url.password, url.pathname]
      .map(decodeURIComponent) as [string, string, string, string];
    return {
      host: host.replace(/^\[|\]$/g, ""),
      user,
      ...(password === "" ? {} : { password }),
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      ...(db.length > 1 ? { db: db.slice(1) } : {}),
    };
  } catch {
    return undefined;
  }
}
