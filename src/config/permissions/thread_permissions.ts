/** What each thread may do, computed from the configuration: nothing but what its work needs. */
import { dirname } from "node:path";
import { formatHost, type HostPort } from "../schema/host_port.ts";
import type { LoadedConfig } from "../loaded_config.ts";
import type { KafkaConfig } from "../schema/kafka_schema.ts";
import { defaultWeb, type WebConfig } from "../schema/web_schema.ts";

/** Stores that a configuration can name. */
export type StoreKind = "postgres" | "sqlite";

/** The store that a configuration means, except in `sitemon run`, whose own is SQLite. */
export function storeKind({ config }: Pick<Permitted, "config">): StoreKind {
  return config.postgres === undefined ? "sqlite" : "postgres";
}

/**
 * Kinds of threads. Those named after a store use nothing else: to apply reports, to migrate or to
 * read the status. Those of the status page differ by the store that they read.
 */
export type ThreadKind =
  | "scanner"
  | "outbox"
  | "relay"
  | "consumer"
  | StoreKind
  | `web_${StoreKind}`;

/** What the permissions are computed from. */
export type Permitted = Pick<LoadedConfig, "config" | "sites">;

/** Lists of what is allowed; what has no list is never allowed: run, ffi and import. */
export interface Permissions {
  /** `host`, for lookups and every port, or `host:port`. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  readonly sys: readonly "statfs"[];
}

/** None of what can be allowed. */
export const NO_PERMISSIONS: Permissions = { net: [], read: [], write: [], env: [], sys: [] };

/** kafkajs reads them when it is imported, and fails when it must not. */
const KAFKAJS_ENV = [
  "KAFKAJS_DEBUG_EXTENDED_PROTOCOL_BUFFERS",
  "KAFKAJS_DEBUG_PROTOCOL_BUFFERS",
  "KAFKAJS_LOG_LEVEL",
  "KAFKAJS_NO_PARTITIONER_WARNING",
  "NODE_ENV",
];

/** pg reads them for every connection, although all of it is given. */
const PG_ENV = [
  "PGAPPNAME",
  "PGBINARY",
  "PGCLIENT_ENCODING",
  "PGOPTIONS",
  "PGREPLICATION",
  "PGSSLNEGOTIATION",
];

/** What a thread of a kind may do under a configuration, as `new Worker` takes it. */
export function threadPermissions(
  kind: ThreadKind,
  permitted: Permitted,
): Deno.PermissionOptionsObject {
  const { net, read, write, env, sys } = threadNeeds(kind, permitted);
  // An empty list would say less clearly than `false` that there is nothing.
  const list = <T>(items: readonly T[]) => items.length > 0 ? [...items] : false;
  return {
    net: list(net),
    read: list(read),
    write: list(write),
    env: list(env),
    sys: list(sys),
    run: false,
    ffi: false,
    import: false,
  };
}

/** The same as lists, to print and to join. */
export function threadNeeds(kind: ThreadKind, permitted: Permitted): Permissions {
  const { config } = permitted;
  switch (kind) {
    case "scanner":
      return { ...NO_PERMISSIONS, net: scannerHosts(permitted) };
    case "outbox":
      return { ...folderOf(config.outbox.path), sys: ["statfs"] };
    case "relay":
      return { ...NO_PERMISSIONS, net: brokers(permitted), env: KAFKAJS_ENV };
    case "consumer":
      return {
        ...NO_PERMISSIONS,
        net: unique([...brokers(permitted), ...database(permitted)]),
        env: unique([...KAFKAJS_ENV, ...PG_ENV]),
      };
    case "sqlite":
      return folderOf(config.store.path);
    case "postgres":
      return { ...NO_PERMISSIONS, net: database(permitted), env: PG_ENV };
    case "web_postgres":
      return {
        ...NO_PERMISSIONS,
        net: unique([...database(permitted), ...webAddress(permitted)]),
        env: PG_ENV,
      };
    case "web_sqlite":
      return {
        ...NO_PERMISSIONS,
        net: webAddress(permitted),
        read: folderOf(config.store.path).read,
      };
  }
}

/** The status page's part of the configuration, by default when the file has none. */
export function webConfig({ config }: Pick<Permitted, "config">): WebConfig {
  return config.web || defaultWeb();
}

/** The brokers that a configuration names. */
export function kafkaServers(kafka: KafkaConfig): readonly HostPort[] {
  return kafka.servers ?? (kafka.server === undefined ? [] : [kafka.server]);
}

/**
 * Hosts that checks may visit beside those of the sites' urls, as `host`, `host:port` or
 * `[ipv6]:port`: what `allow_hosts` names, and the plain side of sites that may leave https.
 */
export function allowedHosts({ config, sites }: Permitted): string[] {
  const plain = sites.filter(({ allowsDowngrade }) => allowsDowngrade)
    .map(({ url }) => `${new URL(url).hostname}:80`);
  return [...config.allow_hosts.map(formatHost), ...new Set(plain)];
}

/**
 * Hosts without ports: a lookup needs the bare name, which permits every port; the scanner keeps
 * the ports by a list of its own. So `https://h` is permitted with `http://h`.
 */
function scannerHosts({ config, sites }: Permitted): string[] {
  const urls = sites.flatMap(({ url, proxy }) => proxy === undefined ? [url] : [url, proxy]);
  const allowed = config.allow_hosts.map(({ host }) => formatHost({ host }));
  const asked = config.connectivity?.urls ?? [];
  return unique([...[...urls, ...asked].map((url) => new URL(url).hostname), ...allowed]);
}

function brokers({ config }: Permitted): string[] {
  return config.kafka === undefined ? [] : unique(kafkaServers(config.kafka).map(formatHost));
}

/** node:net looks up a name itself, for which its `host:port` is enough. */
function database({ config }: Permitted): string[] {
  return config.postgres === undefined ? [] : [formatHost(config.postgres)];
}

function webAddress(permitted: Permitted): string[] {
  return [formatHost(webConfig(permitted).listen)];
}

/** A SQLite file has others beside it: log, shared memory, lock, and what was moved aside. */
function folderOf(path: string): Permissions {
  const folder = dirname(path);
  return { ...NO_PERMISSIONS, read: [folder], write: [folder] };
}

/** Sorted, and each once, so that equal permissions have equal lists. */
export function unique<T extends string>(items: readonly T[]): T[] {
  return [...new Set(items)].sort();
}
