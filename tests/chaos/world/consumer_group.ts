/** What the consumers' group has read, and how to send it back to the beginning. */
import { eventually, pause } from "../../support/waiting.ts";
import { GROUP } from "./chaos_configurations.ts";
import { TOPIC } from "./chaos_services.ts";
import type { World } from "./world.ts";

const CATCH_UP_MS = 120_000;
const RESET = { tries: 12, pauseMs: 2_000 };

/** Waits until the group has committed the end of every partition. */
export async function groupHasReadAll(world: World): Promise<void> {
  await eventually(
    CATCH_UP_MS,
    "a group that has read everything",
    () =>
      world.services.admin(async (admin) => {
        const ends = await admin.fetchTopicOffsets(TOPIC);
        const [group] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
        const read = new Map(group!.partitions.map((p) => [p.partition, Number(p.offset)]));
        const isBehind = ends.some(({ partition, high }) =>
          Number(high) > Math.max(0, read.get(partition) ?? 0)
        );
        if (isBehind) await pause(500);
        return isBehind ? undefined : true;
      }),
  );
}

/** Tries until the group is empty: members that were killed are waited for by the broker. */
export async function resetGroup(world: World): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await world.services.admin((admin) =>
        admin.resetOffsets({ groupId: GROUP, topic: TOPIC, earliest: true })
      );
    } catch (error) {
      if (tries === RESET.tries) throw error;
      await pause(RESET.pauseMs);
    }
  }
}
