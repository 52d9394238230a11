/** The configuration files of a round of chaos: JSON, which YAML includes. */
import { type ChaosServices, GROUP, ROLE, TOPIC } from "./chaos_services.ts";

/** Where sites are, and where what is checked there is kept. */
export interface CheckingOptions {
  /** Urls by the name of the site. */
  readonly sites: ReadonlyMap<string, string>;
  readonly location: string;
  readonly outboxPath: string;
}

export function producerYaml(
  { servers }: ChaosServices,
  { outbox = {}, ...checking }: CheckingOptions & { readonly outbox?: Record<string, unknown> },
): string {
  const kafka = { servers, topic: TOPIC, create_topic: false };
  return JSON.stringify({ ...checkingConfig(checking, outbox), kafka });
}

export function runYaml({ storePath, ...checking }: CheckingOptions & { storePath: string }) {
  return JSON.stringify({ ...checkingConfig(checking), store: { path: storePath }, web: false });
}

export function consumerYaml(
  { servers, postgres, postgresProxy }: ChaosServices,
  consumers: number,
): string {
  return JSON.stringify({
    log: LOG,
    kafka: { servers, topic: TOPIC, group: GROUP, create_topic: false, consumers },
    postgres: {
      ...{ host: "127.0.0.1", port: postgresProxy.port, user: ROLE, db: ROLE },
      password: postgres.password,
      timeouts: { connect: "3s", statement: "5s" },
    },
  });
}

const LOG = { level: "debug", format: "json" };

function checkingConfig({ sites, location, outboxPath }: CheckingOptions, outbox = {}) {
  return {
    log: LOG,
    interval: "500ms",
    location,
    defaults: { timeout: "5s" },
    sites: Array.from(sites, ([name, url]) => ({ name, url })),
    outbox: { path: outboxPath, ...outbox },
  };
}
