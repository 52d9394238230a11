/** A thread for a command that asks the store of the status: it does one task, and answers. */
import type { KafkaConnectionOptions } from "../../kafka/client_port.ts";
import type { RegistryConnection } from "../../kafka/registry/registry_client.ts";
import type { TopicProducer, TopicProducersOptions } from "../../kafka/topic_producers.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  StoredDeadLetter,
} from "../../status/dead_letters.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";
import { type Audit, auditTwice } from "../../status/repair/audit.ts";
import { replay, type Replayed, type ReplayOptions } from "../../status/repair/replay.ts";
import type {
  DayCoverage,
  Incident,
  IncidentsOptions,
  SiteHistory,
  SiteStatus,
  SiteUptime,
  StatusQueries,
} from "../../status/queries.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import { StoreConfigurationError, StoreUnavailableError } from "../../status/store.ts";
import type { Alert, AlertRecords } from "../../status/alert_store.ts";
import { type PlannedWork, plannedWork } from "../../status/planned_work.ts";
import { wholeSites } from "../../status/whole_sites.ts";
import { type AlertTask, answerAlertTask, OPEN_ALERTS_MAX } from "./alert_tasks.ts";
import { type OpenWriterSchemas, openWriterSchemas } from "../writer_schemas.ts";

export interface StoreTaskSetup {
  readonly store: StoreAddress;
  /** For the cluster's ID and the topic's producers; absent without Kafka. */
  readonly kafka?: KafkaConnectionOptions;
  /** For dead letters whose schema is in a registry; absent without one. */
  readonly registry?: RegistryConnection;
  readonly task: StoreTask;
}

/** What to do, each with what the thread answers. */
export type StoreTask =
  /** One {@linkcode SiteStories}. */
  | { readonly type: "statuses"; readonly site?: string }
  /** {@linkcode FoundIncidents}. */
  | { readonly type: "incidents"; readonly options: IncidentsOptions }
  /** The locations at which the site was not yet removed. */
  | { readonly type: "forget"; readonly site: string; readonly location?: string }
  /** "migrated". */
  | { readonly type: "migrate" }
  /**
   * One Audit, of what was recorded since `sinceMicros` (microseconds since 1970) if given, compared
   * with the producers of a topic if its group reads from one.
   */
  | {
    readonly type: "audit";
    readonly sinceMicros?: number;
    readonly topic?: Pick<TopicProducersOptions, "topic" | "group">;
  }
  | AlertTask
  /** One {@linkcode DeadLetterPage}. */
  | { readonly type: "dead_letters"; readonly query: DeadLetterQuery }
  /** A {@linkcode ReplayStep} for each transaction, and one at the end. */
  | { readonly type: "replay"; readonly filter: DeadLetterFilter };

export interface DeadLetterPage {
  readonly deadLetters: readonly StoredDeadLetter[];
  /** How many match the filter, on this page and on others. */
  readonly count: number;
}

/** One site at one location, from its past to now. */
export interface SiteStory {
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  /** 90 days, the oldest first. */
  readonly days: readonly DayCoverage[];
  /** Of these days, the newest first. */
  readonly incidents: readonly Incident[];
}

export interface FoundIncidents {
  readonly incidents: readonly Incident[];
  /** Names of the sites that the store has, where the one that was asked for is none of them. */
  readonly others?: readonly string[];
}

/** Statuses by site and location; of one site also its stories, one for each location. */
export interface SiteStories {
  readonly statuses: readonly SiteStatus[];
  /** Of all sites, by site and location. */
  readonly uptimes: readonly SiteUptime[];
  readonly stories: readonly SiteStory[];
  /** Open ones, the newest first. */
  readonly alerts: readonly Alert[];
  /** Of the next 30 days, the earliest first. */
  readonly work: readonly PlannedWork[];
}

export type ReplayStep = Replayed | "end";

/** Days of a story: of bars and changes, and of response times by the hour. */
const STORY = { transitionDays: 90, latencyDays: 2 };

serveTask<StoreTaskSetup>(async ({ store, kafka, registry, task }, { result, telemetry }) => {
  const parts = await openStore(store, { clock });
  await using open = new AsyncDisposableStack();
  const opened = <T extends { close(): Promise<void> }>(part: T) =>
    open.adopt(part, (it) => it.close());
  switch (task.type) {
    case "statuses":
      return result(
        await siteStories(opened(parts.queries()), opened(parts.alertRecords()), task.site),
      );
    case "incidents":
      return result(await foundIncidents(opened(parts.queries()), task.options));
    case "forget":
      return result(await opened(parts.maintenance()).forget(task.site, task.location));
    case "migrate":
      await opened(parts.status()).migrate();
      return result("migrated");
    case "audit": {
      const { type: _, topic, ...options } = task;
      // First: what is read meanwhile is in the store then.
      const inTopic = kafka && topic && await producersIn({ connection: kafka, ...topic });
      const found = await auditTwice({ ...options, read: (work) => parts.audit(work), clock });
      return result({ ...found, ...absentOf(found, inTopic) } satisfies Audit);
    }
    case "dead_letters": {
      const deadLetters = opened(parts.deadLetters());
      const count = await deadLetters.count(task.query);
      const page = { deadLetters: await deadLetters.read(task.query), count };
      return result(page satisfies DeadLetterPage);
    }
    case "replay": {
      const status = opened(parts.status());
      const deadLetters = opened(parts.deadLetters());
      const clusterId = clusterIdOnce(kafka);
      const schemas = registry && opened(openWriterSchemas({
        ...{ connection: registry, store: parts, clock, telemetry },
        retry: (work) => work(),
      }));
      const options = { ...task.filter, deadLetters, store: status, clusterId, clock };
      for await (const step of replay({ ...options, ...replaySchemas(schemas) })) {
        result(step satisfies ReplayStep);
      }
      return result("end" satisfies ReplayStep);
    }
    default: {
      const [records, queries] = [opened(parts.alertRecords()), opened(parts.queries())];
      return result(await answerAlertTask({ records, queries }, task));
    }
  }
});

function replaySchemas(
  schemas: OpenWriterSchemas | undefined,
): Pick<ReplayOptions, "prepare" | "decode"> {
  if (schemas === undefined) return {};
  const never = new AbortController().signal;
  const prepare = async (page: readonly StoredDeadLetter[]) => {
    const missing = await schemas.know(page, never);
    if (missing !== undefined) throw new StoreUnavailableError(missing.detail);
  };
  return { prepare, decode: schemas.decode };
}

/** Stories only when a site is named. */
async function siteStories(
  queries: StatusQueries,
  records: AlertRecords,
  site?: string,
): Promise<SiteStories> {
  const all = await queries.statuses();
  const uptimes = await queries.uptimes();
  const alerts = await records.alerts({ isOpen: true, limit: OPEN_ALERTS_MAX });
  const now = new Date();
  const work = plannedWork(await records.mutes(now), wholeSites(all), now);
  if (site === undefined) return { statuses: all, uptimes, stories: [], alerts, work };
  const statuses = all.filter((status) => status.site === site);
  const days = await queries.daily(statuses, STORY.transitionDays);
  const since = new Date(now.getTime() - STORY.transitionDays * DAY_MS);
  const incidents = await queries.incidents({ site, since, until: now });
  const stories: SiteStory[] = [];
  for (const [index, { location }] of statuses.entries()) {
    const history = await queries.history({ site, location }, STORY);
    const uptime = uptimes.find((one) => one.site === site && one.location === location);
    const ofLocation = incidents.filter((incident) => incident.location === location);
    if (!history) continue;
    stories.push({ history, uptime, days: days[index]!.days, incidents: ofLocation });
  }
  return { statuses, uptimes, stories, alerts, work };
}

async function foundIncidents(
  queries: StatusQueries,
  options: IncidentsOptions,
): Promise<FoundIncidents> {
  const incidents = await queries.incidents(options);
  if (incidents.length > 0 || options.site === undefined) return { incidents };
  const names = new Set((await queries.statuses()).map(({ site }) => site));
  return names.has(options.site) ? { incidents } : { incidents, others: [...names] };
}

/** Those of a topic, or why they cannot be known: Kafka may be away, and the store is audited all the same. */
async function producersIn(
  options: Omit<TopicProducersOptions, "clock">,
): Promise<readonly TopicProducer[] | string> {
  // Loaded only with Kafka: its library reads the environment when it is imported.
  const { topicProducers } = await import("../../kafka/topic_producers.ts");
  try {
    return await topicProducers({ ...options, clock });
  } catch (error) {
    if ((error as Error).name !== "KafkaError") throw error;
    return (error as Error).message;
  }
}

function absentOf(
  { producers, uncovered, v1 }: Audit,
  inTopic: readonly TopicProducer[] | string = [],
): Pick<Audit, "absent" | "topicFailure"> {
  if (typeof inTopic === "string") return { topicFailure: inTopic };
  const known = new Set([...producers, ...uncovered, ...v1].map(({ producerId }) => producerId));
  const absent = inTopic.filter(({ producerId }) => !known.has(producerId));
  return {
    absent: absent.map(({ producerId, lastMs }) => ({
      producerId,
      lastRecordedAt: lastMs * 1_000,
    })),
  };
}

function clusterIdOnce(connection: KafkaConnectionOptions | undefined): () => Promise<string> {
  let asked: Promise<string> | undefined;
  const ask = async () => {
    if (connection === undefined) {
      throw new StoreConfigurationError(
        "replaying messages of the original Python service needs the Kafka cluster's ID, but the " +
          'configuration has no "kafka"; use the configuration of the consumer',
      );
    }
    try {
      // Loaded only with Kafka: its library reads the environment when it is imported.
      const { KafkaAdmin } = await import("../../kafka/client/kafka_admin.ts");
      await using admin = new KafkaAdmin({ connection, clock });
      await admin.connect();
      return (await admin.describeCluster()).clusterId;
    } catch (cause) {
      throw new StoreUnavailableError((cause as Error).message, { cause });
    }
  };
  return () => asked ??= ask();
}
