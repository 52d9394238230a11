// Goal: what is applied while a topic is created again moves no position of the new one.
import { deepStrictEqual } from "node:assert/strict";
import { ConsumerSession } from "../../../src/kafka/client/consumer_session.ts";
import type { Jump } from "../../../src/kafka/read_positions.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { serviceTest } from "../../services/with_services.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { eventually, within } from "../../support/waiting.ts";
import {
  administer,
  connectionTo,
  makeTopic,
  sendMessages,
  sharedBootstrap,
} from "../kafka_fixture.ts";

/** Negative where nothing is committed. */
async function committedOffset(topic: string, groupId: string): Promise<number> {
  const [offsets] = await administer(sharedBootstrap(), (admin) => {
    return admin.fetchOffsets({ groupId, topics: [topic] });
  });
  return Number(offsets!.partitions[0]!.offset);
}

serviceTest("kafka")(
  "run() commits nothing to a topic that is created again, of what it read before",
  async () => {
    const [topic, group] = [uniqueName("topic"), uniqueName("group")];
    const make = async (values: readonly string[]) => {
      await makeTopic(sharedBootstrap(), topic);
      await sendMessages(sharedBootstrap(), topic, values.map((value) => ({ value })));
    };
    await make(["old 0", "old 1", "old 2"]);
    const [applying, createdAgain] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const applied: string[] = [];
    const committed: unknown[] = [];
    const jumps: Jump[] = [];
    const session = new ConsumerSession({
      connection: connectionTo(sharedBootstrap()),
      ...{ topic, group, clock, chunkMessagesMax: 1_000 },
      apply: async (messages) => {
        applying.resolve();
        await createdAgain.promise;
        committed.push(await committedOffset(topic, group));
        applied.push(...messages.map(({ value }) => String(value)));
      },
      watch: () => Promise.resolve(),
      onCreatedAgain: () => createdAgain.resolve(),
      onActivity: () => {},
      onAssigned: () => {},
      onJump: (jump) => jumps.push(jump),
    });
    const end = new AbortController();
    const ended = session.run(end.signal);
    await within(60_000, "applying", applying.promise);
    await administer(sharedBootstrap(), (admin) => admin.deleteTopics({ topics: [topic] }));
    const values = ["new 0", "new 1", "new 2", "new 3", "new 4"];
    await make(values);
    await within(60_000, "the new topic", createdAgain.promise);
    await eventually(30_000, "its last message", () => applied.includes("new 4") || undefined);
    end.abort();
    await ended;
    deepStrictEqual(applied, ["old 0", "old 1", "old 2", ...values]);
    deepStrictEqual([jumps, ...committed.slice(0, 2)], [[], -1, -1]);
  },
);
