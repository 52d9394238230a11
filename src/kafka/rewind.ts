/** Lets a consumer group read its topic again, from the beginning or from a time. */
import { GroupConnection } from "./client/group_connection.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import type { AdminPort, TopicAccess } from "./client_port.ts";
import { KafkaError } from "./kafka_error.ts";

export interface RewindOptions extends TopicAccess {
  readonly group: string;
  /** Milliseconds since 1970: the first messages to read are of then or later. */
  readonly toMs?: number;
}

/** What the group will read. */
export interface Rewound {
  readonly partitions: number;
  /** Offsets, of which some may have no message. */
  readonly messages: number;
}

/** Never sent: what commits offsets here never joins the group. */
const SESSION_TIMEOUT_MS = 15_000;

/** Rejects with a KafkaError, also while the group has members, since those would go on as before. */
export async function rewind({ toMs, ...options }: RewindOptions): Promise<Rewound> {
  await using admin = new KafkaAdmin(options);
  await admin.connect();
  const ranges = await rangesToRead(admin, { toMs, ...options });
  using group = new GroupConnection({ ...options, sessionTimeoutMs: SESSION_TIMEOUT_MS });
  try {
    await group.commit(new Map(ranges.map(({ partition, first }) => [partition, first])));
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== "UNKNOWN_MEMBER_ID") throw error;
    const message = `group "${options.group}" has consumers that run; stop them first`;
    throw new KafkaError("rejected", message, { cause: error, code: error.code });
  }
  const messages = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
  return { partitions: ranges.length, messages };
}

/** Never forward: messages that the group has yet to read are not passed over. */
async function rangesToRead(
  admin: AdminPort,
  { topic, group, toMs }: Pick<RewindOptions, "topic" | "group"> & { toMs: number | undefined },
) {
  const committed = await admin.committedOffsets(group, topic);
  return (await admin.rangesSince(topic, toMs)).map(({ partition, low, since, end }) => {
    const next = committed.get(partition)?.offset ?? low;
    return { partition, first: Math.max(low, Math.min(since, next)), end };
  });
}
