/** What each thread of a configuration is made of: its permissions, and its part of the configuration. */
import type { LoadedConfig } from "../config/loaded_config.ts";
import { threadPermissions } from "../config/permissions.ts";
import type { Site } from "../config/site.ts";
import type { ThreadSpec } from "../runtime/supervised_thread.ts";
import type { ConsumerSetup } from "../threads/consumer.ts";
import type { OutboxSetup } from "../threads/outbox.ts";
import type { RelaySetup } from "../threads/relay.ts";
import type { ScannerSetup } from "../threads/scanner.ts";
import type { StoreSetup } from "../threads/store.ts";

/** The scanner threads, each with the sites of its hosts, so that a limit per host holds. */
export function scannerSpecs(loaded: LoadedConfig, anchorMs: number): ThreadSpec<ScannerSetup>[] {
  const { config, sites } = loaded;
  const { threads, concurrency, per_host } = config.scanner;
  return divideByHost(sites, threads).map((share, index) => ({
    ...common(loaded, "scanner"),
    name: `scanner-${index + 1}`,
    module: new URL("../threads/scanner.ts", import.meta.url),
    setup: {
      sites: share,
      urls: sites.map(({ url }) => url),
      allowHosts: config.allow_hosts,
      addressPolicy: config.address_policy,
      location: config.location,
      concurrency: Math.max(1, Math.floor(concurrency / threads)),
      ...(per_host === undefined ? {} : { perHost: per_host }),
      anchorMs,
    },
  }));
}

export function outboxSpec(loaded: LoadedConfig): ThreadSpec<OutboxSetup> {
  const { path, max_bytes, max_rows, min_free_bytes, when_full } = loaded.config.outbox;
  return {
    ...common(loaded, "outbox"),
    name: "outbox",
    module: new URL("../threads/outbox.ts", import.meta.url),
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
  return {
    ...common(loaded, "relay"),
    name: "relay",
    module: new URL("../threads/relay.ts", import.meta.url),
    setup: { kafka: kafkaSetup(loaded), publisher: publisherSetup(loaded) },
  };
}

/** As many members of the consumer group as `kafka.consumers` says. */
export function consumerSpecs(loaded: LoadedConfig): ThreadSpec<ConsumerSetup>[] {
  const { consumers } = kafkaOf(loaded);
  return Array.from({ length: consumers }, (_, index) => ({
    ...common(loaded, "consumer"),
    name: `consumer-${index + 1}`,
    module: new URL("../threads/consumer.ts", import.meta.url),
    setup: {
      kafka: kafkaSetup(loaded),
      consumer: consumerSetup(loaded),
      postgres: postgresSetup(loaded),
    },
  }));
}

/** The thread that stands for Kafka and PostgreSQL in `sitemon run`. */
export function storeSpec(loaded: LoadedConfig): ThreadSpec<StoreSetup> {
  return {
    ...common(loaded, "store"),
    name: "store",
    module: new URL("../threads/store.ts", import.meta.url),
    setup: { path: loaded.config.store.path },
  };
}
