/** What a daemon says of itself when it starts: what it watches, where it writes, where it listens. */
import type { DaemonRole, LoadedConfig } from "../../config/loaded_config.ts";
import { kafkaServers, storeKind, webConfig } from "../../config/permissions/needs.ts";
import { formatHost } from "../../config/schema/host_port.ts";
import type { StartLine } from "../../runtime/service/service.ts";
import { serverName } from "../../status/postgres/connection/postgres_options.ts";
import { ALERTS_SPEC } from "../alerts/alerts_spec.ts";
import { storeAddress } from "../connections.ts";
import { WEB_SPEC } from "../web/web_spec.ts";

/** No credentials are in it; the log would redact them too. */
export function startLine(role: DaemonRole, loaded: LoadedConfig): StartLine {
  const { config, sites: { length: sites } } = loaded;
  const { topic } = config.kafka ?? {};
  const servers = kafkaServers(config.kafka).map(formatHost).join(", ") || undefined;
  const store = role === "producer" ? undefined : storeOf(role, loaded);
  const channels = ALERTS_SPEC.runsIn(role, config) ? channelNames(loaded.alerts) : undefined;
  const hasPage = WEB_SPEC.runsIn(role, config);
  return {
    message: `${sites === 1 ? WORK[role].replace("sites;", "site;") : WORK[role]}${
      channels === undefined ? "" : "; alerts to {channels}"
    }${hasPage ? "; status page on {page}" : ""}`,
    properties: {
      role,
      sites,
      topic,
      servers,
      store,
      channels,
      outbox: role === "producer" || role === "run" ? config.outbox.path : undefined,
      page: hasPage ? `http://${formatHost(webConfig(loaded).listen)}` : undefined,
    },
  };
}

/** Channels whose names are said. */
const NAMES_MAX = 5;

/** `"ops", "pager"`; undefined without any. A name is no secret: metrics and logs have it. */
export function channelNames(alerts: LoadedConfig["alerts"]): string | undefined {
  const names = alerts?.channels.map(({ name }) => JSON.stringify(name)) ?? [];
  if (names.length === 0) return undefined;
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : "";
  return names.slice(0, NAMES_MAX).join(", ") + more;
}

const WORK: Readonly<Record<DaemonRole, string>> = {
  producer: 'checking {sites} sites; publishing to topic "{topic}" at {servers}; outbox "{outbox}"',
  consumer: 'applying topic "{topic}" at {servers} to {store}',
  run: 'checking {sites} sites; keeping their status in {store}; outbox "{outbox}"',
  web: "serving the status in {store}",
};

function storeOf(role: DaemonRole, loaded: LoadedConfig): string {
  const address = storeAddress(loaded, storeKind(loaded, role));
  if (address.kind === "sqlite") return `"${address.path}"`;
  return `database "${address.database}", schema "${address.schema}", of PostgreSQL at ` +
    serverName(address);
}
