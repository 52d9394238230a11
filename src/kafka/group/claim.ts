/** What members of a group tell each other in its protocol's user data, as JSON. */

/** A member and what it held when it joined. */
export interface Claim {
  readonly memberId: string;
  /** The group's generation that assigned it what it holds; 0 when it holds nothing. */
  readonly generation: number;
  readonly partitions: readonly number[];
}

export function encodeClaim({ generation, partitions }: Omit<Claim, "memberId">): string {
  return JSON.stringify({ generation, partitions });
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
