// Goal: every partition has one owner, producers have the same work, and little moves.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import {
  assignPartitions,
  type Claim,
  decodeClaim,
  decodeCount,
  encodeClaim,
  encodeCount,
} from "../../../src/kafka/group/assign_partitions.ts";

const partitions = fc.uniqueArray(fc.integer({ min: 0, max: 40 }));
const claims = fc.uniqueArray(
  fc.record({
    memberId: fc.string({ minLength: 1 }),
    generation: fc.integer({ min: 0, max: 5 }),
    partitions,
  }),
  { minLength: 1, maxLength: 12, selector: ({ memberId }) => memberId },
);
const count = fc.integer({ min: 1, max: 40 });

function aClaim(memberId: string, generation = 0, partitions: readonly number[] = []): Claim {
  return { memberId, generation, partitions };
}

/** What the members hold after they joined one after the other. */
function afterJoins(members: readonly string[], of: number): Claim[] {
  let held: Claim[] = [];
  members.forEach((memberId, index) => {
    held.push(aClaim(memberId));
    held = claimsOf(assignPartitions(held, of), index + 1);
  });
  return held;
}

function claimsOf(shares: Map<string, number[]>, generation: number): Claim[] {
  return [...shares].map(([memberId, own]) => ({ memberId, generation, partitions: own }));
}

Deno.test("assignPartitions() gives each partition to one member, and none gets two more than another", () => {
  fc.assert(fc.property(claims, count, (members, of) => {
    const shares = [...assignPartitions(members, of).values()];
    deepStrictEqual(shares.flat().sort((a, b) => a - b), Array.from({ length: of }, (_, n) => n));
    const sizes = shares.map(({ length }) => length);
    ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
  }));
});

Deno.test("assignPartitions() depends on the claims and not on their order", () => {
  fc.assert(fc.property(claims, count, (members, of) => {
    deepStrictEqual(assignPartitions([...members].reverse(), of), assignPartitions(members, of));
  }));
});

Deno.test("assignPartitions() moves nothing, when nothing has changed", () => {
  fc.assert(fc.property(claims, count, (members, of) => {
    const shares = assignPartitions(members, of);
    deepStrictEqual(assignPartitions(claimsOf(shares, 9), of), shares);
  }));
});

Deno.test("assignPartitions() moves what a member leaves, and nothing else", () => {
  const [a, b, c] = afterJoins(["a", "b", "c"], 60);
  const shares = assignPartitions([a!, c!], 60);
  for (const { memberId, partitions: kept } of [a!, c!]) {
    strictEqual(kept.length, 20);
    const own = shares.get(memberId)!;
    ok(kept.every((partition) => own.includes(partition)), `${memberId} keeps its own`);
    deepStrictEqual(own.filter((partition) => b!.partitions.includes(partition)).length, 10);
  }
});

Deno.test("assignPartitions() takes from each just what a new member needs", () => {
  const before = afterJoins(["a", "b"], 60);
  const shares = assignPartitions([...before, aClaim("c")], 60);
  for (const { memberId, partitions: held } of before) {
    strictEqual(shares.get(memberId)!.filter((partition) => held.includes(partition)).length, 20);
  }
});

Deno.test("assignPartitions() believes the newer generation, when two claim a partition", () => {
  const [zombie, owner] = [aClaim("a", 3, [0, 1]), aClaim("b", 4, [0, 1])];
  const shares = assignPartitions([zombie, owner, aClaim("c", 4, [2, 3])], 6);
  deepStrictEqual([...shares].sort(), [["a", [4, 5]], ["b", [0, 1]], ["c", [2, 3]]]);
});

Deno.test("assignPartitions() leaves members without a partition, when there are more of them", () => {
  const members = ["a", "b", "c"].map((memberId) => aClaim(memberId));
  deepStrictEqual([...assignPartitions(members, 2).values()], [[0], [1], []]);
});

Deno.test("assignPartitions() ignores claims of partitions that are not there", () => {
  deepStrictEqual([...assignPartitions([aClaim("a", 1, [7])], 2).values()], [[0, 1]]);
});

Deno.test("decodeCount() reads what encodeCount() wrote, and none from anything else", () => {
  for (const count of [0, 50, 2_147_483_647]) {
    strictEqual(decodeCount(encodeCount(count)), count);
  }
  const texts = ["", "null", "[]", '{"of":-1}', '{"of":1.5}', '{"of":1e300}', '{"of":"9"}', "\0"];
  for (const text of texts) strictEqual(decodeCount(text), 0, text);
});

Deno.test("decodeClaim() reads what encodeClaim() wrote, and nothing from anything else", () => {
  const claim = aClaim("m", 7, [1, 5]);
  deepStrictEqual(decodeClaim("m", encodeClaim(claim)), claim);
  const texts = ["", "{}", "[]", '{"generation":1,"partitions":[-1]}', '{"generation":1.5}', "\0"];
  for (const text of texts) deepStrictEqual(decodeClaim("m", text), aClaim("m"), text);
});
