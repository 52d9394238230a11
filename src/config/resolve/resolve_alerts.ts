/** What `alerts` and the sites' own keys ask for, in the program's units, and what is wrong between them. */
import type { AlertChannel, AlertRule, Alerts } from "../alerts.ts";
import { matchesSite } from "../../runtime/matches_site.ts";
import type { ChannelConfig } from "../schema/alerts/alert_channels_schema.ts";
import type { AlertsConfig } from "../schema/alerts/alerts_schema.ts";
import { formatHost, type HostPort } from "../schema/host_port.ts";
import { siteMatcher } from "../schema/alerts/site_matcher.ts";
import type { Config } from "../schema/schema.ts";
import type { Site } from "../site.ts";
import type { LoadContext } from "../yaml/load_context.ts";
import { unknownName } from "../yaml/shown_value.ts";
import { valueAt, type YamlSource } from "../yaml/yaml_source.ts";
import { readPems, readPemsIn } from "./named_files.ts";
import { camelKeys } from "./resolve_site.ts";

interface AlertsPlace {
  readonly source: YamlSource;
  readonly context: LoadContext;
  /** Of this configuration; a consumer's has none, and knows those of its reports. */
  readonly sites: readonly Site[];
}

/** Undefined without `alerts`. What is wrong is reported. */
export function resolveAlerts({ alerts, web }: Config, place: AlertsPlace): Alerts | undefined {
  if (alerts === undefined) return undefined;
  const { channels, rules, group_by, group_wait, flapping, heartbeat } = alerts;
  reportRules(alerts, place);
  return {
    channels: Object.entries(channels).map(([name, channel]) => channelOf(name, channel, place)),
    rules: rules.map((rule) => ruleOf(rule, Object.keys(channels))),
    groupBy: group_by,
    groupWaitMs: group_wait,
    flapsMax: flapping.changes,
    ...(heartbeat && { heartbeat: { url: heartbeat.url, everyMs: heartbeat.every } }),
    ...(web && web.public_url !== undefined && { publicUrl: web.public_url }),
  };
}

function ruleOf(rule: AlertsConfig["rules"][number], channels: readonly string[]): AlertRule {
  const { sites, recover_after, remind, channels: told = channels, ...same } = rule;
  return {
    ...same,
    ...(sites && { sites: siteMatcher(sites) }),
    recoverAfter: recover_after,
    ...(remind !== undefined && { remindMs: remind }),
    channels: [...new Set(told)],
  };
}

/** Its one kind, with the keys of the program, and the contents of the files that its TLS names. */
function channelOf(name: string, channel: ChannelConfig, place: AlertsPlace): AlertChannel {
  const [kind, settings] = Object.entries<object>(channel)[0]!;
  const at = ["alerts", "channels", name, kind];
  const { tls, servers, ...rest } = settings as {
    readonly tls?: object | string | boolean;
    readonly servers?: readonly HostPort[];
  };
  const pems = { ...place, at, name: at.join(".") };
  // Of an email, it is a word, and the authority stands beside it.
  const keys = kind === "email" ? readPemsIn(rest, pems) : rest;
  const secured = typeof tls === "object"
    ? { insecure: false, ...camelKeys(readPems(tls, pems)) }
    : tls === true
    ? { insecure: false }
    : tls;
  const target = {
    ...camelKeys(keys),
    ...(secured && { tls: secured }),
    ...(servers && { servers: servers.map(formatHost) }),
  };
  return { name, [kind]: target } as unknown as AlertChannel;
}

function reportRules({ rules }: AlertsConfig, place: AlertsPlace): void {
  const { source, sites, context } = place;
  // A channel with a mistake of its own is not unknown.
  const known = Object.keys(valueAt(source.value, ["alerts", "channels"]) ?? {});
  rules.forEach(({ name, channels: told = [], sites: matcher }, index) => {
    const at = ["alerts", "rules", index];
    const first = rules.findIndex((rule) => rule.name === name);
    if (first !== index) {
      const { line } = source.place(["alerts", "rules", first, "name"]);
      const message = `duplicate rule ${JSON.stringify(name)}: first used at line ${line}`;
      source.report([...at, "name"], message);
    }
    told.forEach((channel, item) => {
      if (known.includes(channel)) return;
      const problem = unknownName(channel, known, 'one of "alerts.channels"');
      source.report([...at, "channels", item], `invalid "alerts.rules.channels": ${problem}`);
    });
    if (matcher === undefined || sites.length === 0) return;
    const matching = siteMatcher(matcher);
    if (sites.some(({ name, labels }) => matchesSite(matching, { site: name, labels }))) return;
    const message = `warning: rule ${JSON.stringify(name)} matches none of the configured sites`;
    context.warnings.push({ ...source.place([...at, "sites"]), message });
  });
}
