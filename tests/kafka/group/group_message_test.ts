import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { AssignerProtocol } from "kafkajs";
import {
  decodeClaim,
  decodeGiven,
  encodeClaim,
  encodeGiven,
} from "../../../src/kafka/group/group_message.ts";

Deno.test("decodeClaim() reads what encodeClaim() wrote, and Kafka's tools read the topic", () => {
  const metadata = encodeClaim("t", { generation: 7, partitions: [1, 5] });
  deepStrictEqual(decodeClaim("m", metadata), {
    memberId: "m",
    generation: 7,
    partitions: [1, 5],
  });
  deepStrictEqual(AssignerProtocol.MemberMetadata.decode(metadata)!.topics, ["t"]);
});

Deno.test("decodeClaim() finds nothing claimed, when a member says something else", () => {
  const nothing = { memberId: "m", generation: 0, partitions: [] };
  const texts = ["", "{}", "[]", '{"generation":1,"partitions":[-1]}', '{"generation":1.5}', "\0"];
  for (const text of texts) {
    const userData = Buffer.from(text);
    const metadata = AssignerProtocol.MemberMetadata.encode({ version: 0, topics: [], userData });
    deepStrictEqual(decodeClaim("m", metadata), nothing, text);
  }
  deepStrictEqual(decodeClaim("m", Buffer.alloc(0)), nothing);
});

Deno.test("decodeGiven() reads what encodeGiven() wrote, and Kafka's tools read the partitions", () => {
  const assignment = encodeGiven("t", { partitions: [0, 2], of: 3 });
  deepStrictEqual(decodeGiven("t", assignment), { partitions: [0, 2], of: 3 });
  const { assignment: shown } = AssignerProtocol.MemberAssignment.decode(assignment)!;
  deepStrictEqual(shown, { t: [0, 2] });
});

Deno.test("decodeGiven() reads nothing as nothing", () => {
  deepStrictEqual(decodeGiven("t", Buffer.alloc(0)), { partitions: [], of: 0 });
});
