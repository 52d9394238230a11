/**
 * What members of a group tell each other through its protocol, in the form of Kafka's consumers so
 * that its tools show who holds what; sitemon's own part is JSON in the form's room for that.
 */
import { Buffer } from "node:buffer";
import { AssignerProtocol } from "kafkajs";
import type { Claim } from "./share_out.ts";

const { MemberMetadata, MemberAssignment } = AssignerProtocol;

/** Of the form of Kafka's consumers. */
const VERSION = 0;

/** Partitions that a member was given, of all that the topic had then. */
export interface Given {
  readonly partitions: readonly number[];
  readonly of: number;
}

/** What a member holds when it joins. */
export function encodeClaim(topic: string, claim: Omit<Claim, "memberId">): Buffer {
  const userData = Buffer.from(JSON.stringify(claim));
  return MemberMetadata.encode({ version: VERSION, topics: [topic], userData });
}

/** Reads it. What cannot be read, as it is of a version that is to come, claims nothing. */
export function decodeClaim(memberId: string, metadata: Buffer): Claim {
  try {
    const { generation, partitions } = JSON.parse(
      MemberMetadata.decode(metadata)!.userData.toString(),
    );
    const isClaim = Number.isInteger(generation) && Array.isArray(partitions) &&
      partitions.every((partition) => Number.isInteger(partition) && partition >= 0);
    if (isClaim) return { memberId, generation, partitions };
  } catch {
    // Falls through to none.
  }
  return { memberId, generation: 0, partitions: [] };
}

/** What the leader gives to a member. */
export function encodeGiven(topic: string, { partitions, of }: Given): Buffer {
  return MemberAssignment.encode({
    version: VERSION,
    assignment: { [topic]: [...partitions] },
    userData: Buffer.from(JSON.stringify({ of })),
  });
}

/** Reads it. A group gives a member nothing when its leader knows nothing of it. */
export function decodeGiven(topic: string, assignment: Buffer): Given {
  const decoded = assignment.length === 0 ? null : MemberAssignment.decode(assignment);
  if (decoded === null) return { partitions: [], of: 0 };
  const { of } = JSON.parse(decoded.userData.toString());
  return { partitions: decoded.assignment[topic] ?? [], of };
}
