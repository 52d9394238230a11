/** The configuration files of a round of chaos: text alone. */
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
  { outbox = "", ...checking }: CheckingOptions & { readonly outbox?: string },
): string {
  return `${checkingYaml(checking, outbox)}
kafka: { servers: [${servers.join(", ")}], topic: ${TOPIC}, create_topic: false }
`;
}

export function runYaml(checking: CheckingOptions & { readonly storePath: string }): string {
  return `${checkingYaml(checking, "")}
store: { path: '${checking.storePath}' }
web: false
`;
}

export function consumerYaml(
  { servers, postgres, postgresProxy }: ChaosServices,
  threads: number,
): string {
  return `log: { level: debug, format: json }
kafka:
  servers: [${servers.join(", ")}]
  topic: ${TOPIC}
  group: ${GROUP}
  create_topic: false
  consumers: ${threads}
postgres:
  host: 127.0.0.1
  port: ${postgresProxy.port}
  user: ${ROLE}
  password: ${postgres.password}
  db: ${ROLE}
  timeouts: { connect: 3s, statement: 5s }
`;
}

function checkingYaml({ sites, location, outboxPath }: CheckingOptions, outbox: string): string {
  const list = [...sites].map(([name, url]) => `  - { name: ${name}, url: '${url}' }\n`).join("");
  return `log: { level: debug, format: json }
interval: 500ms
location: ${location}
defaults: { timeout: 5s }
sites:
${list}
outbox: { path: '${outboxPath}'${outbox} }`;
}
