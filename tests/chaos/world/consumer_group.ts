/** What the consumers' group has read, and how to send it back to the beginning. */
import { eventually } from "../../support/waiting.ts";
import { GROUP, TOPIC } from "./chaos_services.ts";
import type { World } from "./world.ts";

const CATCH_UP_MS = 120_000;
const RESET_MS_MAX = 60_000;

/** Waits until the group has committed the end of every partition. */
export async function groupHasReadAll({ services }: World): Promise<void> {
  const hasReadAll = () =>
    services.admin(async (admin) => {
      const ends = await admin.fetchTopicOffsets(TOPIC);
      const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
      const read = new Map(group!.partitions.map((p) => [p.partition, Number(p.offset)]));
      const isBehind = ends.some(({ partition, high }) =>
        Number(high) > Math.max(0, read.get(partition) ?? 0)
      );
      return isBehind ? undefined : true;
    });
  await eventually(CATCH_UP_MS, "a group that has read everything", hasReadAll, 500);
}

/** Tries until the group is empty: members that were killed are waited for by the broker. */
export async function resetGroup({ services }: World): Promise<void> {
  const reset = () =>
    services.admin(async (admin) => {
      await admin.resetOffsets({ groupId: GROUP, topic: TOPIC, earliest: true });
      return true;
    });
  await eventually(RESET_MS_MAX, "an empty group", reset, 2_000);
}
