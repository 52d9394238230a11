/** What each thread of a configuration is made of: its permissions, and its part of the configuration. */
import { gatherSecrets } from "../../config/gather_secrets.ts";
import type { LoadedConfig } from "../../config/loaded_config.ts";
import {
  allowedHosts,
  type ThreadKind,
  threadPermissions,
} from "../../config/permissions/thread_permissions.ts";
import { groupConfig, groupTopic } from "../../config/schema/group_schema.ts";
import type { KafkaConfig } from "../../config/schema/kafka_schema.ts";
import type { Site } from "../../config/site.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { placeOf } from "../../scanner/schedule/schedule.ts";
import type { CheckSetup } from "../../threads/check/check_thread.ts";
import type { ConsumerSetup } from "../../threads/consumer/consumer_thread.ts";
import type { ExplanationsSetup } from "../../threads/explanations/explanations_thread.ts";
import type { ForgetSetup } from "../../threads/forget/forget_thread.ts";
import type { MigrationSetup } from "../../threads/migration/migration_thread.ts";
import type { OutboxSetup } from "../../threads/outbox/outbox_thread.ts";
import type { RelaySetup } from "../../threads/relay/relay_thread.ts";
import type { ScannerSetup, ScannerWork } from "../../threads/scanner/scanner_thread.ts";
import type { StatusesSetup } from "../../threads/statuses/statuses_thread.ts";
import type { StoreSetup } from "../../threads/store/store_thread.ts";
import { kafkaConnection, section, storeAddress } from "./connections.ts";

/** Nobody writes to the topic of a group; were somebody to, it would not stay for long. */
const GROUP_TOPIC_RETENTION_MS = 3_600_000;

/** When the process and its sites began, which the slots of the sites are counted from. */
export interface Schedule {
  /** Monotonic time of the process's start. */
  readonly anchorMs: number;
  /** Milliseconds after that at which a reload brought or changed a site, by its name. */
  readonly since: Readonly<Record<string, number>>;
}

/** The scanner threads, each with the sites of its hosts, so that a limit per host holds. */
export function scannerSpecs(
  loaded: LoadedConfig,
  { anchorMs, since }: Schedule,
): ThreadSpec<ScannerSetup, ScannerWork>[] {
  const { config, sites } = loaded;
  const { threads, concurrency, per_host } = config.scanner;
  const { connectivity, traces } = config;
  const isShared = config.scanner.group !== undefined;
  const counted = isShared ? sinceEpoch({ anchorMs, since }) : { anchorMs, since };
  const permitted = common(loaded, "scanner");
  const urls = [...sites.map(({ url }) => url), ...connectivity?.urls ?? []];
  const allowHosts = allowedHosts(loaded);
  return divideByHost(sites, threads).map((share, index) => ({
    ...permitted,
    name: `scanner-${index + 1}`,
    module: new URL("../../threads/scanner/scanner_thread.ts", import.meta.url),
    work: {
      sites: share,
      since: counted.since,
      urls,
      allowHosts,
      addressPolicy: config.address_policy,
      secrets: loaded.secrets,
      ...(connectivity && {
        connectivity: { urls: connectivity.urls, everyMs: connectivity.every },
      }),
    },
    setup: {
      location: config.location,
      concurrency: Math.max(1, Math.floor(concurrency / threads)),
      ...(per_host === undefined ? {} : { perHost: per_host }),
      pausesWhenFull: config.outbox.when_full === "pause",
      hasSiteMetrics: config.metrics.per_site,
      ...(traces === undefined ? {} : { traceRatio: traces.ratio }),
      anchorMs: counted.anchorMs,
      isShared,
    },
  }));
}

/** The same moments with 1970 as the anchor, which producers with a group have in common. */
function sinceEpoch({ anchorMs, since }: Schedule): Schedule {
  const moments = Object.entries(since).map(([name, ms]) => [name, anchorMs + ms]);
  return { anchorMs: 0, since: Object.fromEntries(moments) };
}

export function outboxSpec(loaded: LoadedConfig): ThreadSpec<OutboxSetup> {
  const { path, max_bytes, max_rows, min_free_bytes, when_full } = loaded.config.outbox;
  return {
    ...common(loaded, "outbox"),
    name: "outbox",
    module: new URL("../../threads/outbox/outbox_thread.ts", import.meta.url),
    setup: {
      path,
      bytesMax: max_bytes,
      rowsMax: max_rows,
      freeBytesMin: min_free_bytes,
      whenFull: when_full,
    },
  };
}

export function relaySpec(loaded: LoadedConfig): ThreadSpec<RelaySetup> {
  const kafka = section(loaded.config.kafka, "kafka");
  return {
    ...common(loaded, "relay"),
    name: "relay",
    module: new URL("../../threads/relay/relay_thread.ts", import.meta.url),
    setup: {
      connection: kafkaConnection(loaded),
      ...topicOptions(kafka),
      format: kafka.format,
      compression: kafka.compression,
      isTraced: loaded.config.traces !== undefined,
      ...memberSetup(loaded),
    },
  };
}

/**
 * The producer's part in its group. The group's name on Kafka holds the topic, so that pipelines do
 * not mix, and the location: a site is checked at each location by one producer.
 */
export function memberSetup(loaded: LoadedConfig): Pick<RelaySetup, "member"> {
  const { scanner, location } = loaded.config;
  if (scanner.group === undefined) return {};
  const kafka = section(loaded.config.kafka, "kafka");
  const { name, session_timeout, partitions, when_unreachable } = groupConfig(scanner.group);
  const topic = groupTopic(kafka.topic);
  return {
    member: {
      connection: kafkaConnection(loaded),
      topic,
      createTopic: kafka.create_topic,
      partitions,
      replicationFactor: kafka.replication_factor,
      retentionMs: GROUP_TOPIC_RETENTION_MS,
      group: `${topic}/${name}@${location}`,
      sessionTimeoutMs: session_timeout,
      whenUnreachable: when_unreachable,
    },
  };
}

/** As many members of the consumer group as `kafka.consumers` says. */
export function consumerSpecs(loaded: LoadedConfig): ThreadSpec<ConsumerSetup>[] {
  const kafka = section(loaded.config.kafka, "kafka");
  return Array.from({ length: kafka.consumers }, (_, index) => ({
    ...common(loaded, "consumer"),
    name: `consumer-${index + 1}`,
    module: new URL("../../threads/consumer/consumer_thread.ts", import.meta.url),
    setup: {
      kafka: { connection: kafkaConnection(loaded), ...topicOptions(kafka), group: kafka.group },
      store: storeAddress(loaded, "postgres"),
      retentionMs: loaded.config.history.retention,
      isTraced: loaded.config.traces !== undefined,
    },
  }));
}

/** The thread that stands for Kafka and PostgreSQL in `sitemon run`. */
export function storeSpec(loaded: LoadedConfig): ThreadSpec<StoreSetup> {
  return {
    ...common(loaded, "sqlite"),
    name: "store",
    module: new URL("../../threads/store/store_thread.ts", import.meta.url),
    setup: {
      store: storeAddress(loaded, "sqlite"),
      retentionMs: loaded.config.history.retention,
      isTraced: loaded.config.traces !== undefined,
    },
  };
}

/** Checks some of the sites once and answers with their reports; all of them permit their hosts. */
export function checkSpec(
  loaded: Pick<LoadedConfig, "config" | "sites"> & Partial<Pick<LoadedConfig, "secrets">>,
  sites: readonly Site[],
): ThreadSpec<CheckSetup> {
  const { config, secrets = [] } = loaded;
  return {
    ...common(loaded, "scanner"),
    name: "check",
    module: new URL("../../threads/check/check_thread.ts", import.meta.url),
    setup: {
      sites,
      urls: loaded.sites.map(({ url }) => url),
      allowHosts: allowedHosts(loaded),
      addressPolicy: config.address_policy,
      secrets: [...secrets, ...gatherSecrets([], config, sites)],
      location: config.location,
      concurrency: config.scanner.concurrency,
    },
  };
}

/** Answers for each of the sites why it may or may not be visited, all of which it looks up. */
export function explanationsSpec(
  loaded: Pick<LoadedConfig, "config" | "sites">,
  sites: readonly Site[],
): ThreadSpec<ExplanationsSetup> {
  const { config } = loaded;
  return {
    ...common({ config, sites: [...loaded.sites, ...sites] }, "scanner"),
    name: "explanations",
    module: new URL("../../threads/explanations/explanations_thread.ts", import.meta.url),
    setup: {
      routes: sites.map(({ url, proxy }) => ({ url, ...(proxy === undefined ? {} : { proxy }) })),
      urls: loaded.sites.map(({ url }) => url),
      allowHosts: allowedHosts(loaded),
      addressPolicy: config.address_policy,
      lookupMs: config.defaults.connect_timeout,
    },
  };
}

/** Answers with every site's status, or one's story, from the store that the configuration names. */
export function statusesSpec(loaded: LoadedConfig, site?: string): ThreadSpec<StatusesSetup> {
  const store = storeAddress(loaded);
  return {
    ...common(loaded, store.kind),
    name: "statuses",
    module: new URL("../../threads/statuses/statuses_thread.ts", import.meta.url),
    setup: { store, ...(site === undefined ? {} : { site }) },
  };
}

/** Marks a site as removed and answers with the locations at which it was not yet. */
export function forgetSpec(
  loaded: LoadedConfig,
  what: Pick<ForgetSetup, "site" | "location">,
): ThreadSpec<ForgetSetup> {
  const store = storeAddress(loaded);
  return {
    ...common(loaded, store.kind),
    name: "forget",
    module: new URL("../../threads/forget/forget_thread.ts", import.meta.url),
    setup: { ...what, store },
  };
}

/** Brings PostgreSQL's tables to this version's and answers when they are. */
export function migrationSpec(loaded: LoadedConfig): ThreadSpec<MigrationSetup> {
  return {
    ...common(loaded, "postgres"),
    name: "migration",
    module: new URL("../../threads/migration/migration_thread.ts", import.meta.url),
    setup: { store: storeAddress(loaded, "postgres") },
  };
}

function common(loaded: Pick<LoadedConfig, "config" | "sites">, kind: ThreadKind) {
  return {
    permissions: threadPermissions(kind, loaded),
    logLevels: { level: loaded.config.log.level, levels: loaded.config.log.levels },
  };
}

function topicOptions(kafka: KafkaConfig) {
  const { topic, create_topic, partitions, replication_factor, retention } = kafka;
  return {
    topic,
    createTopic: create_topic,
    partitions,
    replicationFactor: replication_factor,
    ...(retention === undefined ? {} : { retentionMs: retention }),
  };
}

/** All sites of one host go to one thread; a hash keeps them there when others come and go. */
function divideByHost(sites: readonly Site[], threads: number): (readonly Site[])[] {
  if (threads === 1) return [sites];
  const shares: Site[][] = Array.from({ length: threads }, () => []);
  for (const site of sites) {
    const place = placeOf(new URL(site.url).hostname, "");
    shares[Math.floor(place * threads)]!.push(site);
  }
  return shares;
}
