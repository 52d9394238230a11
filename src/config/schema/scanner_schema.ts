/** The schemas of what checks may do: `scanner` and its group, `connectivity`, allowed addresses and hosts. */
import * as z from "zod";
import { duration } from "./duration_and_size.ts";
import { hostMaybePort } from "./host_port.ts";
import { text, whole } from "./scalar.ts";
import { httpUrlSchema } from "./protocols/http_schema.ts";

/** A thread has a V8 heap of its own; more than these find no cores. */
const THREADS = { min: 1, max: 64 };
/** Each check holds a file descriptor or two; 10,000 already need a raised limit (ulimit -n). */
const CONCURRENCY = { min: 1, max: 10_000 };
/** A list of addresses is read for every connection. */
const ADDRESSES_MAX = 256;
const ADDRESS_LENGTH_MAX = 64;
/** Each is a line of a thread's permissions. */
const ALLOW_HOSTS_MAX = 1_000;
/** One of them has to answer; more than a few are needless traffic. */
const CONNECTIVITY_URLS_MAX = 16;
/** Checks that fail ask by themselves; the requests in between are for operators. */
const CONNECTIVITY_INTERVAL = { minMs: 1_000, maxMs: 3_600_000 };

/** Brokers accept 6 s or more by default; a site that nobody checks for longer than this is an outage. */
const SESSION_TIMEOUT = { minMs: 6_000, maxMs: 300_000 };
/** At most as many producers can share; each costs the brokers a folder, whoever owns it. */
const PARTITIONS = { min: 1, max: 1_000 };

const groupName = z.string({
  error: "is not a name of 1 to 100 letters, digits, dots, hyphens and underscores",
}).regex(/^[A-Za-z0-9._-]{1,100}$/);

const groupMapping = z.strictObject({
  name: groupName.describe(
    "Producers with this name and the same `location` and `kafka.topic` share their sites.",
  ),
  session_timeout: duration(SESSION_TIMEOUT).prefault("15s").describe(
    "After this long without a heartbeat, a producer's sites are given to the others.",
  ),
  partitions: whole(PARTITIONS).prefault(60).describe(
    "Partitions of the group's topic when it is created. Each producer is assigned some of them.",
  ),
  when_unreachable: z.enum(["check", "pause"]).prefault("check").describe(
    "What a producer does when it has not reached the group's coordinator for longer than the session timeout: `check` the sites that it had last, or `pause`.",
  ),
});

export type GroupConfig = z.output<typeof groupMapping>;

/** The whole mapping, also where a file has the name alone. */
export function groupConfig(group: string | GroupConfig): GroupConfig {
  return typeof group === "string" ? groupMapping.parse({ name: group }) : group;
}

/** The topic whose partitions the producers of a pipeline share. */
export function groupTopic(kafkaTopic: string): string {
  return `${kafkaTopic}-scanners`;
}

export const scannerSchema = z.strictObject({
  threads: whole(THREADS).prefault(1)
    .describe("Threads that run checks; sites are divided among them."),
  concurrency: whole(CONCURRENCY).prefault(256)
    .describe("Maximum number of concurrent checks, over all threads."),
  per_host: whole(CONCURRENCY).optional()
    .describe("Maximum number of concurrent checks per host; unlimited when absent."),
  group: z.union([groupName, groupMapping]).optional().describe(
    "Shares the sites with other producers, through Kafka: a name, or a mapping. Without it, each producer checks all sites.",
  ),
});

export const connectivitySchema = z.strictObject({
  urls: z.array(httpUrlSchema, { error: `is not a list of 1 to ${CONNECTIVITY_URLS_MAX} URLs` })
    .min(1).max(CONNECTIVITY_URLS_MAX).describe(
      "While none of them answers, with any status, failed checks are `inconclusive`.",
    ),
  interval: duration(CONNECTIVITY_INTERVAL).prefault("30s")
    .describe("Time between two requests to them while checks are up."),
});

function addresses() {
  const error = `is not a list of at most ${ADDRESSES_MAX} addresses and ranges, ` +
    "such as [10.0.0.0/8, loopback]";
  return z.array(text(ADDRESS_LENGTH_MAX), { error }).max(ADDRESSES_MAX).prefault([]);
}

export const addressPolicySchema = z.strictObject({
  allow: addresses().describe("Addresses that may be connected to although they are denied."),
  deny: addresses().describe(
    "Addresses denied in addition to the built-in ones: link-local, cloud metadata, unspecified, multicast.",
  ),
});

export const allowHostsSchema = z.array(hostMaybePort(), {
  error: `is not a list of at most ${ALLOW_HOSTS_MAX} hosts`,
}).max(ALLOW_HOSTS_MAX);
