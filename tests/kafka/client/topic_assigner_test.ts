import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { AssignerProtocol } from "kafkajs";
import {
  type AssignerConfig,
  COUNT_MS_MAX,
  topicAssigner,
} from "../../../src/kafka/client/topic_assigner.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

function member(memberId: string, topic: string) {
  const metadata = { version: 0, topics: [topic], userData: Buffer.alloc(0) };
  return { memberId, memberMetadata: MemberMetadata.encode(metadata) };
}

/** What each member of a group is assigned whose leader reads "own", of three partitions. */
async function assigned(countPartitions: () => Promise<number>, passMs = 0) {
  const cluster = {
    findTopicPartitionMetadata: () => [0, 1, 2].map((partitionId) => ({ partitionId })),
  };
  const clock = new FakeClock();
  const assigner = topicAssigner({ cluster } as unknown as AssignerConfig, {
    countPartitions,
    clock,
  });
  const members = [member("a", "own"), member("b", "other"), member("c", "own")];
  const assigning = assigner.assign({ members, topics: ["own"] });
  await clock.pass(passMs);
  return Object.fromEntries((await assigning).map(({ memberId, memberAssignment }) => {
    return [memberId, { ...MemberAssignment.decode(memberAssignment)!.assignment }];
  }));
}

const OWN = { a: { own: [0, 2] }, c: { own: [1] } };

Deno.test("topicAssigner() deals each topic out to those who read it", async () => {
  const all = await assigned(() => Promise.resolve(2));
  deepStrictEqual(all, { ...OWN, b: { other: [0, 1] } });
});

Deno.test("topicAssigner() lets nobody wait for a topic that cannot be described", async () => {
  deepStrictEqual(await assigned(() => Promise.reject(new Error("no rights"))), OWN);
  deepStrictEqual(await assigned(() => new Promise(() => {}), COUNT_MS_MAX), OWN);
});
