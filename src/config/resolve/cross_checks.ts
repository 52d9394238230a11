/** What no single key can tell: rules between keys, between sites, and of each command. */
import type { Mistake } from "../config_error.ts";
import { missingSentence, valueAt } from "../yaml/issue_sentence.ts";
import type { Role } from "../loaded_config.ts";
import { type Config, SITES_MAX } from "../schema/schema.ts";
import { groupTopic } from "../schema/group_schema.ts";
import type { Path, YamlSource } from "../yaml/yaml_source.ts";

/** The newest report of a site and its last change are kept when the outbox is full. */
const ROWS_PER_SITE_MIN = 2;

/** Kafka's own limit. */
const TOPIC_LENGTH_MAX = 249;

/** A whole configuration and where it stands. */
export interface CrossChecked {
  readonly config: Config;
  readonly source: YamlSource;
  readonly siteCount: number;
  /** The sections that the file has, before defaults. */
  readonly given: ReadonlySet<string>;
  readonly role: Role | undefined;
  /** The problem with an entry of `address_policy`. */
  readonly checkAddress: ((entry: string) => string | undefined) | undefined;
}

/** Every mistake between keys. */
export function crossMistakes(checked: CrossChecked): Mistake[] {
  const { source } = checked;
  const rules = [
    servers,
    certificates,
    siteLimit,
    outboxRows,
    paths,
    addresses,
    sharing,
    roleNeeds,
  ];
  return rules.flatMap((rule) =>
    rule(checked).map(({ path, message }) => ({ ...source.place(path), message }))
  );
}

interface Finding {
  readonly path: Path;
  readonly message: string;
}

function servers({ source }: CrossChecked): Finding[] {
  const kafka = mappingAt(source, ["kafka"]);
  if (kafka === undefined || source.isBroken) return [];
  if (!("server" in kafka) && !("servers" in kafka)) {
    return [{ path: ["kafka"], message: missingSentence("kafka.server") }];
  }
  if (!("server" in kafka && "servers" in kafka)) return [];
  const message = 'Cannot use "kafka.servers" as brokers must be named once: ' +
    '"kafka.server" names one too; remove one of the two keys';
  return [{ path: ["kafka", "servers"], message }];
}

function certificates({ source }: CrossChecked): Finding[] {
  if (source.isBroken) return [];
  return ["kafka", "postgres", "defaults"].flatMap((name) => {
    const path = [name, "tls"];
    const message = pairSentence(mappingAt(source, path) ?? {}, `${name}.tls`);
    return message === undefined ? [] : [{ path, message }];
  });
}

/** As it is in the file, so that a value with a mistake of its own still counts as given. */
function mappingAt(source: YamlSource, path: Path): Record<string, unknown> | undefined {
  const value = valueAt(source.value, path);
  return typeof value === "object" ? value as Record<string, unknown> ?? undefined : undefined;
}

/** The sentence about a certificate without key, or the other way round. */
export function pairSentence(
  tls: { readonly cert?: unknown; readonly key?: unknown },
  name: string,
): string | undefined {
  if ((tls.cert === undefined) === (tls.key === undefined)) return undefined;
  const [there, missing] = tls.cert === undefined ? ["key", "cert"] : ["cert", "key"];
  return `Cannot use "${name}.${there}" as a certificate and its key must come together: ` +
    `"${name}.${missing}" is missing; add it`;
}

function siteLimit({ siteCount }: CrossChecked): Finding[] {
  if (siteCount <= SITES_MAX) return [];
  const message = `Cannot use these sites as there must be at most ${SITES_MAX}: ` +
    `there are ${siteCount}; divide them among processes`;
  return [{ path: ["sites"], message }];
}

function outboxRows({ config: { outbox }, siteCount }: CrossChecked): Finding[] {
  const rowsMin = ROWS_PER_SITE_MIN * siteCount;
  if (outbox.max_rows >= rowsMin) return [];
  const message =
    `Cannot use "outbox.max_rows" as it must be at least twice the number of sites: ` +
    `it is ${outbox.max_rows} for ${siteCount} sites; write ${rowsMin} or more`;
  return [{ path: ["outbox", "max_rows"], message }];
}

function paths({ config: { outbox, store } }: CrossChecked): Finding[] {
  if (outbox.path !== store.path) return [];
  const message = 'Cannot use "store.path" as outbox and store must be files of their own: ' +
    '"outbox.path" names the same file; name another';
  return [{ path: ["store", "path"], message }];
}

function addresses({ config: { address_policy }, checkAddress }: CrossChecked): Finding[] {
  if (checkAddress === undefined) return [];
  return (["allow", "deny"] as const).flatMap((list) =>
    address_policy[list].flatMap((entry, index) => {
      const problem = checkAddress(entry);
      if (problem === undefined) return [];
      const message = `Cannot use "address_policy.${list}" as it must hold addresses, ranges and ` +
        `words: ${problem}; write for example 10.0.0.0/8 or loopback`;
      return [{ path: ["address_policy", list, index], message }];
    })
  );
}

function sharing({ config: { scanner, kafka }, given, role, source }: CrossChecked): Finding[] {
  if (scanner.group === undefined || source.isBroken) return [];
  const path = ["scanner", "group"];
  if (role === "run" || !given.has("kafka")) {
    const message = 'Cannot use "scanner.group" as producers share sites through Kafka: ' +
      (role === "run" ? '"sitemon run" has none' : '"kafka" is missing') +
      "; remove one of the two";
    return [{ path, message }];
  }
  const topic = groupTopic(kafka?.topic ?? "");
  if (topic.length <= TOPIC_LENGTH_MAX) return [];
  const message =
    `Cannot use "kafka.topic" with "scanner.group" as the group's topic must have at ` +
    `most ${TOPIC_LENGTH_MAX} characters: it has ${topic.length}; choose a shorter name`;
  return [{ path: ["kafka", "topic"], message }];
}

/** The sections without which a command has nothing to do. */
const NEEDS: Readonly<Record<Role, readonly string[]>> = {
  producer: ["sites", "kafka"],
  consumer: ["kafka", "postgres"],
  run: ["sites"],
  web: [],
  status: [],
  migrate: ["postgres"],
};

function roleNeeds({ role, given, source }: CrossChecked): Finding[] {
  if (role === undefined || source.isBroken) return [];
  const missing = NEEDS[role].filter((section) => !given.has(section));
  const isIncluded = given.has("include");
  const findings = missing.filter((section) => section !== "sites" || !isIncluded).map((
    section,
  ) => ({
    path: [],
    message: `Cannot use this configuration for "sitemon ${role}" as it must have "${section}": ` +
      "it is missing; add it",
  }));
  const asksStore = role === "status" || role === "web";
  const isProducers = asksStore && given.has("kafka") && !given.has("postgres") &&
    !given.has("store");
  const message = `Cannot use this configuration for "sitemon ${role}" as it must name a store: ` +
    'it has "kafka" alone; add "postgres", or "store" for that of "sitemon run"';
  return isProducers ? [{ path: [], message }] : findings;
}
