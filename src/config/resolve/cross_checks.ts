/** What no single key can show: rules between keys, between sites, and of each command. */
import type { Mistake } from "../config_error.ts";
import type { Checkers, Role } from "../loaded_config.ts";
import { formatDuration } from "../schema/quantity.ts";
import { registryUrls } from "../schema/registry_schema.ts";
import { groupTopic } from "../schema/scanner_schema.ts";
import { isSocketFolder, parsePostgresUrl } from "../schema/postgres_url.ts";
import { type Config, SITES_MAX } from "../schema/schema.ts";
import { PROXY } from "../schema/web_schema.ts";
import { isVisited, type Site } from "../site.ts";
import { shownValue } from "../yaml/shown_value.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";
import { type Path, valueAt, type YamlSource } from "../yaml/yaml_source.ts";

/** A full outbox still keeps the newest report of a site and its last change. */
const ROWS_PER_SITE_MIN = 2;

/** Kafka's own limit. */
const TOPIC_LENGTH_MAX = 249;

const CHECKS_SITES: ReadonlySet<Role> = new Set(["producer", "run"]);

/** A whole configuration and where it is defined. */
export interface CrossChecked {
  readonly config: Config;
  readonly source: YamlSource;
  readonly siteCount: number;
  readonly role: Role | undefined;
}

interface WithSites extends CrossChecked {
  readonly sites: readonly Site[];
  /** Where each of the sites is defined. */
  readonly entries: readonly SiteEntry[];
}

/** Reports every mistake between keys. */
export function crossCheck(checked: CrossChecked, { checkAddress }: Checkers = {}): void {
  checkServers(checked);
  checkRegistry(checked);
  checkPostgres(checked);
  checkSiteCount(checked);
  checkStatePaths(checked);
  if (checkAddress !== undefined) checkAddresses(checked, checkAddress);
  checkGroup(checked);
  checkSections(checked);
  checkPlans(checked);
}

/** Windows of work are known by its name. */
function checkPlans({ config: { maintenance }, source }: CrossChecked): void {
  maintenance.forEach(({ name }, index) => {
    const first = maintenance.findIndex((plan) => plan.name === name);
    if (first === index) return;
    const { line } = source.place(["maintenance", first, "name"]);
    const message = `duplicate name ${JSON.stringify(name)}: first used at line ${line}`;
    source.report(["maintenance", index, "name"], message);
  });
}

/** What a configuration may say, and probably does not mean. */
export function crossWarnings(checked: WithSites): Mistake[] {
  const { config, source, siteCount, role } = checked;
  const { kafka } = config;
  const warnings: Mistake[] = [];
  // Without a role and with PostgreSQL it may be a consumer's.
  const checksSites = role === undefined ? config.postgres === undefined : CHECKS_SITES.has(role);
  if (siteCount === 0 && checksSites) {
    const found = source.isEmpty ? "empty file" : "no sites";
    const message = `warning: ${found}, so nothing is checked`;
    warnings.push({ ...source.keyPlace(["sites"]), message });
  }
  if (kafka?.sasl?.mechanism === "plain" && kafka.tls === false) {
    const message = 'warning: "kafka.sasl" sends the password in plain text without "kafka.tls"';
    warnings.push({ ...source.place(["kafka", "sasl"]), message });
  }
  const { registry } = kafka ?? {};
  const logsIn = registry?.basic_auth !== undefined || registry?.bearer !== undefined;
  if (logsIn && registryUrls(registry).some((url) => !/^https:/i.test(url))) {
    const message = 'warning: "kafka.registry" sends its credentials in plain text over http';
    warnings.push({ ...source.place(["kafka", "registry"]), message });
  }
  return [...warnings, ...timeoutWarning(checked)];
}

/** One for all sites: the defaults alone, which hold for most of them, are not worth one. */
function timeoutWarning({ source, sites, entries, role }: WithSites): Mistake[] {
  if (role !== undefined && !CHECKS_SITES.has(role)) return [];
  const isWritten = (from: YamlSource, at: Path) =>
    ["interval", "timeout"].some((key) => valueAt(from.value, [...at, key]) !== undefined);
  const isEverySite = isWritten(source, []) || isWritten(source, ["defaults"]);
  const slow = sites.flatMap((site, index) => {
    const { name, timeoutMs, intervalMs } = site;
    const { source, at } = entries[index]!;
    const isMeant = isVisited(site) && timeoutMs >= intervalMs &&
      (isEverySite || isWritten(source, at));
    return isMeant ? [{ name, timeoutMs, intervalMs, place: source.place(at) }] : [];
  });
  if (slow.length === 0) return [];
  const [{ name, timeoutMs, intervalMs, place }] = slow as [typeof slow[number]];
  const hungMs = (Math.floor(timeoutMs / intervalMs) + 1) * intervalMs;
  const others = slow.length === 1 ? "" : ` (and of ${slow.length - 1} more)`;
  const message = `warning: "timeout" of ${JSON.stringify(name)}${others} is not below its ` +
    `"interval": while the site hangs, it is checked every ${formatDuration(hungMs)} instead of ` +
    `every ${formatDuration(intervalMs)}; write a timeout below ${formatDuration(intervalMs)}`;
  return [{ ...place, message }];
}

/** Looks at the file itself, where a value with a mistake of its own is not missing. */
function checkServers({ source }: CrossChecked): void {
  const kafka = valueAt(source.value, ["kafka"]);
  if (typeof kafka !== "object" || kafka === null || source.isBroken) return;
  const given = ["server", "servers"].filter((key) => key in kafka);
  if (given.length === 0) source.report(["kafka"], '"kafka.server" is required');
  if (given.length < 2) return;
  const message = '"kafka.server" and "kafka.servers" exclude each other; remove one';
  source.report(["kafka", "servers"], message);
}

/** Looks at the file itself, as {@linkcode checkServers} does. */
function checkRegistry({ config: { kafka }, source }: CrossChecked): void {
  if (source.isBroken) return;
  if (kafka !== undefined && kafka.gap_topic === kafka.topic) {
    const message = '"kafka.gap_topic" and "kafka.topic" are the same topic; remove one';
    source.report(["kafka", "gap_topic"], message);
  }
  const at = ["kafka", "registry"];
  const given = valueAt(source.value, at);
  if (given === undefined) {
    if (kafka?.format !== "confluent") return;
    const message = 'missing "kafka.registry": "kafka.format: confluent" needs it';
    return source.report(["kafka", "format"], message);
  }
  if (typeof given !== "object" || given === null) return;
  if (!("url" in given || "urls" in given)) source.report(at, '"kafka.registry.url" is required');
  for (const [one, other] of [["url", "urls"], ["basic_auth", "bearer"]] as const) {
    if (!(one in given && other in given)) continue;
    const names = [one, other].map((key) => `"kafka.registry.${key}"`).join(" and ");
    source.report([...at, other], `${names} exclude each other; remove one`);
  }
}

/** What a URL says in their place. */
const URL_KEYS = ["host", "port", "user", "db"];

/** Looks at the file itself, as {@linkcode checkServers} does. */
function checkPostgres({ config: { postgres }, source }: CrossChecked): void {
  const given = valueAt(source.value, ["postgres"]);
  if (typeof given !== "object" || given === null || source.isBroken) return;
  const url = postgres?.url === undefined ? undefined : parsePostgresUrl(postgres.url);
  const parts = typeof url === "object" ? url : undefined;
  if ("url" in given) {
    const inUrl = [
      ...URL_KEYS,
      ...(parts?.password === undefined ? [] : ["password"]),
      ...(parts?.tls === undefined ? [] : ["tls"]),
    ];
    for (const key of inUrl.filter((key) => key in given)) {
      const message = `"postgres.url" and "postgres.${key}" exclude each other; remove one`;
      source.report(["postgres", key], message);
    }
  } else {
    for (const key of ["host", "user"].filter((key) => !(key in given))) {
      source.report(["postgres"], `"postgres.${key}" is required`);
    }
  }
  const { host, tls = "disable" } = { ...postgres, ...parts };
  if (host === undefined || !isSocketFolder(host) || tls === "disable") return;
  source.report(["postgres"], 'invalid "postgres": a socket has no TLS; remove it');
}

function checkSiteCount({ config: { outbox }, source, siteCount }: CrossChecked): void {
  if (siteCount > SITES_MAX) {
    const message = `${siteCount} sites exceed the limit of ${SITES_MAX}; ` +
      "divide them among several processes";
    source.report(["sites"], message);
  }
  const rowsMin = ROWS_PER_SITE_MIN * siteCount;
  if (outbox.max_rows >= rowsMin) return;
  const message = `"outbox.max_rows" (${outbox.max_rows}) must be at least twice the number of ` +
    `sites (${siteCount}); write ${rowsMin} or more`;
  source.report(["outbox", "max_rows"], message);
}

function checkStatePaths({ config: { outbox, store }, source }: CrossChecked): void {
  if (outbox.path !== store.path) return;
  source.report(["store", "path"], '"store.path" and "outbox.path" are the same file');
}

function checkAddresses(
  { config: { address_policy, web }, source }: CrossChecked,
  checkAddress: NonNullable<Checkers["checkAddress"]>,
): void {
  const lists = [
    ["address_policy.allow", address_policy.allow],
    ["address_policy.deny", address_policy.deny],
    ["web.trusted_proxies", web ? web.trusted_proxies : [], PROXY],
  ] as const;
  for (const [name, list, rule] of lists) {
    for (const [index, entry] of list.entries()) {
      const problem = checkAddress(entry);
      if (problem === undefined) continue;
      const message = `invalid "${name}": ${shownValue(entry)} ${rule ?? problem}`;
      source.report([...name.split("."), index], message);
    }
  }
}

function checkGroup({ config: { scanner, kafka }, role, source }: CrossChecked): void {
  if (scanner.group === undefined || source.isBroken) return;
  const path = ["scanner", "group"];
  if (role === "run") {
    const message = '"sitemon run" cannot use "scanner.group": producers share sites through Kafka';
    return source.report(path, message);
  }
  if (!isGiven("kafka", source)) {
    return source.report(path, 'missing section "kafka": "scanner.group" needs it');
  }
  const topic = groupTopic(kafka?.topic ?? "");
  if (topic.length <= TOPIC_LENGTH_MAX) return;
  const message = `"kafka.topic" is too long for "scanner.group": the group's topic would have ` +
    `${topic.length} characters, and Kafka allows ${TOPIC_LENGTH_MAX}`;
  source.report(["kafka", "topic"], message);
}

/** The sections that each command needs. */
const NEEDS: Readonly<Partial<Record<Role, readonly string[]>>> = {
  producer: ["sites", "kafka"],
  consumer: ["kafka", "postgres"],
  run: ["sites"],
  migrate: ["postgres"],
};

function checkSections({ role, source }: CrossChecked): void {
  if (role === undefined || source.isBroken) return;
  const lacks = (section: string) => !isGiven(section, source);
  const asksStore = role === "status" || role === "web";
  if (asksStore && !lacks("kafka") && lacks("postgres") && lacks("store")) {
    const message = `missing section "postgres": "sitemon ${role}" needs it to read a consumer's ` +
      `store, or "store" to read that of "sitemon run"`;
    return source.report([], message);
  }
  for (const section of NEEDS[role]?.filter(lacks) ?? []) {
    if (section === "sites" && !lacks("include")) continue;
    source.report([], `missing section "${section}": "sitemon ${role}" needs it`);
  }
}

function isGiven(section: string, { value }: YamlSource): boolean {
  return Object.hasOwn(value as object ?? {}, section);
}
