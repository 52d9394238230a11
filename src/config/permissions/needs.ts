/** What work of a kind, and a whole process, needs under a configuration. */
import { dirname } from "node:path";
import type { Alerts } from "../alerts.ts";
import { isVisited, type Site } from "../site.ts";
import { formatHost, type HostPort } from "../schema/host_port.ts";
import type { DaemonRole, LoadedConfig } from "../loaded_config.ts";
import type { KafkaConfig } from "../schema/kafka_schema.ts";
import { registryHosts } from "../schema/registry_schema.ts";
import { postgresServer } from "../schema/postgres_schema.ts";
import { isSocketFolder, socketPath } from "../schema/postgres_url.ts";
import { defaultWeb, type WebConfig } from "../schema/web_schema.ts";
import { EXPORTER_ENV } from "../trace_exporter.ts";
import { joined, type Permissions, sockets } from "./permissions.ts";

type Needs = Partial<Permissions>;

export type Permitted = Pick<LoadedConfig, "config" | "sites">;

/**
 * The library behind src/kafka/client/ reads these variables when it is imported, and fails when it
 * must not. Named here because config/ does not import features; tests/kafka/permission_test.ts
 * holds the list to the library.
 */
const KAFKA_CLIENT_ENV = [
  "KAFKAJS_DEBUG_EXTENDED_PROTOCOL_BUFFERS",
  "KAFKAJS_DEBUG_PROTOCOL_BUFFERS",
  "KAFKAJS_LOG_LEVEL",
  "KAFKAJS_NO_PARTITIONER_WARNING",
  "NODE_ENV",
];

/** pg reads these variables for every connection, although each option is given. */
const PG_ENV = [
  "PGAPPNAME",
  "PGBINARY",
  "PGCLIENT_ENCODING",
  "PGOPTIONS",
  "PGREPLICATION",
  "PGSSLNEGOTIATION",
];

/** Commander asks for them before it prints. */
const MAIN_ENV = ["CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR"];

/** Connections to Kafka. */
export function brokers({ config }: Permitted): Needs {
  return { net: kafkaServers(config.kafka).map(formatHost), env: KAFKA_CLIENT_ENV };
}

/** Requests to the schema registry, where there is one. */
export function schemaRegistry({ config: { kafka } }: Pick<Permitted, "config">): Needs {
  return kafka?.registry === undefined
    ? {}
    : { net: registryHosts(kafka.registry).map(formatHost) };
}

/** Connections to PostgreSQL; node:net looks up a name itself, for which `host:port` is enough. */
export function database({ config }: Permitted): Needs {
  if (config.postgres === undefined) return { env: PG_ENV };
  const server = postgresServer(config.postgres);
  if (isSocketFolder(server.host)) return { ...sockets([socketPath(server)]), env: PG_ENV };
  return { net: [formatHost(server)], env: PG_ENV };
}

/** A SQLite file has others beside it: its log, shared memory, lock, and quarantined copies. */
export function folderOf(path: string): { readonly read: string[]; readonly write: string[] } {
  return { read: [dirname(path)], write: [dirname(path)] };
}

export type StoreKind = "postgres" | "sqlite";

/** The store that a configuration means; `run` has a SQLite file whatever else is configured. */
export function storeKind({ config }: Pick<Permitted, "config">, role?: DaemonRole): StoreKind {
  return role === "run" || config.postgres === undefined ? "sqlite" : "postgres";
}

/** A store of the status, to read and to write. */
export function statusStore(permitted: Permitted, kind = storeKind(permitted)): Needs {
  switch (kind) {
    case "postgres":
      return database(permitted);
    case "sqlite":
      return folderOf(permitted.config.store.path);
  }
}

/**
 * Hosts without ports: a lookup needs the bare name, which permits every port; the scanner keeps
 * the ports by a list of its own. So `https://h` is permitted with `http://h`.
 */
export function scannerHosts({ config, sites }: Permitted): Needs {
  const checked = sites.filter(isVisited);
  const urls = checked.flatMap(({ url, proxy }) => proxy === undefined ? [url] : [url, proxy]);
  const named = [...config.allow_hosts, ...serversOf(checked)].map(({ host }) =>
    formatHost({ host })
  );
  const probed = config.connectivity?.urls ?? [];
  const hosts = [...urls, ...probed].map((url) => new URL(url).hostname);
  return { net: [...hosts, ...named, ...udpSources(sites)] };
}

/** Name servers that sites name beside their urls. */
function serversOf(sites: readonly Site[]): HostPort[] {
  return sites.flatMap(({ expect }) => expect?.serialOf ?? []);
}

/**
 * Where UDP is sent from: a port that the system chooses, of any local address of the IP version; names
 * may have both. Nothing else can be listened on by these, and nobody be reached.
 */
function udpSources(sites: readonly Site[]): string[] {
  const urls = sites.filter(({ url }) => url.startsWith("dns:")).map(({ url }) => new URL(url));
  const hosts = [...urls.map(({ hostname }) => hostname), ...serversOf(sites).map(formatHost)];
  const isVersion4 = (host: string) => /^[\d.]+(:\d+)?$/.test(host);
  return [
    ...(hosts.some((host) => !host.startsWith("[")) ? ["0.0.0.0:0"] : []),
    ...(hosts.some((host) => !isVersion4(host)) ? ["[::]:0"] : []),
  ];
}

/** The receivers of these channels, and of the heartbeat, each with its port. */
export function receivers({ channels, heartbeat }: Pick<Alerts, "channels" | "heartbeat">): Needs {
  const net = channels.flatMap((channel) => {
    if ("email" in channel) return [formatHost(channel.email)];
    if ("kafka" in channel) return channel.kafka.servers;
    if ("alertmanager" in channel) return channel.alertmanager.urls.map(endpointOf);
    const { name: _, ...kind } = channel;
    return Object.values<{ readonly url: string }>(kind).map(({ url }) => endpointOf(url));
  });
  return {
    net: [...net, ...(heartbeat === undefined ? [] : [endpointOf(heartbeat.url)])],
    env: channels.some((channel) => "kafka" in channel) ? KAFKA_CLIENT_ENV : [],
  };
}

/** Of an http or https url. */
function endpointOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** An address that is listened on. */
export function listenAddress(address: HostPort): Needs {
  return { net: [formatHost(address)] };
}

/** The status page's part of the configuration, by default when the file has none. */
export function webConfig({ config }: Pick<Permitted, "config">): WebConfig {
  return config.web || defaultWeb();
}

export function kafkaServers(kafka?: KafkaConfig): readonly HostPort[] {
  return kafka?.servers ?? kafka?.server ?? [];
}

/**
 * Hosts that checks may visit beside those of the sites' urls, as `host`, `host:port` or
 * `[ipv6]:port`: what `allow_hosts` and dns sites name, and the plain side of sites that may leave
 * https.
 */
export function allowedHosts({ config, sites }: Permitted): string[] {
  const plain = sites.filter(isVisited).filter(({ allowsDowngrade }) => allowsDowngrade)
    .map(({ url }) => `${new URL(url).hostname}:80`);
  return [...[...config.allow_hosts, ...serversOf(sites)].map(formatHost), ...new Set(plain)];
}

/** The daemons that a configuration is complete for. */
export function rolesOf({ config }: Pick<LoadedConfig, "config">): DaemonRole[] {
  const { kafka, postgres, sites } = config;
  const web: DaemonRole[] = config.web && postgres !== undefined ? ["web"] : [];
  if (kafka === undefined) return sites.length > 0 ? ["run"] : web;
  const producer: DaemonRole[] = sites.length > 0 ? ["producer"] : [];
  return postgres === undefined ? producer : [...producer, "consumer", ...web];
}

/**
 * All that a process with these threads needs. No thread gets more than its own part of it; the main
 * thread reads the configuration with all that it names, and listens.
 */
export function processPermissions(
  { config, files, environment }: Pick<LoadedConfig, "config" | "files" | "environment">,
  threads: readonly Permissions[],
): Permissions {
  const { listen, traces } = config;
  return joined([...threads, {
    net: listen === undefined ? [] : [formatHost(listen)],
    // The whole folder of the configuration, since a reload may find new files beside it.
    read: [...files, ...files.slice(0, 1).map((file) => dirname(file))],
    env: [...MAIN_ENV, ...environment, ...(traces === undefined ? [] : EXPORTER_ENV)],
  }]);
}
