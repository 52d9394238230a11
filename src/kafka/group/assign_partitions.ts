/** How the leader of a group assigns partitions: evenly, and moving as few as it can. */

/** A member and what it held when it joined. */
export interface Claim {
  readonly memberId: string;
  /** The group's generation that assigned it what it holds; 0 when it holds nothing. */
  readonly generation: number;
  readonly partitions: readonly number[];
}

/**
 * Assigns each of the partitions 0 to `count` - 1 to one member; no member gets more than one more
 * than another. Each keeps what it held as far as that allows: where two claim a partition, the
 * newer generation wins. The result depends on the claims alone, not on their order.
 */
export function assignPartitions(claims: readonly Claim[], count: number): Map<string, number[]> {
  const members = [...claims].sort((a, b) => a.memberId < b.memberId ? -1 : 1);
  const owners = ownersOf(members, count);
  const held = new Map(members.map(({ memberId }) => [memberId, [] as number[]]));
  const free: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const owner = owners.get(partition);
    if (owner === undefined) free.push(partition);
    else held.get(owner.memberId)!.push(partition);
  }
  // Those who hold most get the larger shares: otherwise they would have to give up one more.
  const byHeld = members.map(({ memberId }) => held.get(memberId)!)
    .sort((a, b) => b.length - a.length);
  const quotas = byHeld.map((_, index) =>
    Math.floor(count / members.length) + (index < count % members.length ? 1 : 0)
  );
  byHeld.forEach((partitions, index) => free.push(...partitions.splice(quotas[index]!)));
  byHeld.forEach((partitions, index) =>
    partitions.push(...free.splice(0, quotas[index]! - partitions.length))
  );
  for (const partitions of byHeld) partitions.sort((a, b) => a - b);
  return held;
}

/** Who held each partition last. */
function ownersOf(members: readonly Claim[], count: number): Map<number, Claim> {
  const owners = new Map<number, Claim>();
  for (const claim of members) {
    for (const partition of claim.partitions) {
      const other = owners.get(partition);
      if (partition >= count || (other && other.generation >= claim.generation)) continue;
      owners.set(partition, claim);
    }
  }
  return owners;
}

/** A claim as the text that a member sends to the group. */
export function encodeClaim({ generation, partitions }: Omit<Claim, "memberId">): string {
  return JSON.stringify({ generation, partitions });
}

/** How many partitions are assigned, as the text that the leader sends to each member. */
export function encodeCount(of: number): string {
  return JSON.stringify({ of });
}

/** None for a text that cannot be read, such as that of a leader that is no sitemon. */
export function decodeCount(text: string): number {
  try {
    const { of } = JSON.parse(text);
    return Number.isSafeInteger(of) && of >= 0 ? of : 0;
  } catch {
    return 0;
  }
}

/** A text that cannot be read, such as one of a later version, claims nothing. */
export function decodeClaim(memberId: string, text: string): Claim {
  try {
    const { generation, partitions } = JSON.parse(text);
    const isClaim = Number.isInteger(generation) && Array.isArray(partitions) &&
      partitions.every((partition) => Number.isInteger(partition) && partition >= 0);
    if (isClaim) return { memberId, generation, partitions };
  } catch {
    // Falls through to none.
  }
  return { memberId, generation: 0, partitions: [] };
}
