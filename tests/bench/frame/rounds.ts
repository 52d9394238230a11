/** Measuring in rounds: what disturbs the machine disturbs all sides alike, and the middle counts. */
import { median } from "./scenario.ts";

export interface Rounds {
  readonly rounds: number;
  /** Rounds before them that do not count, in which each side warms up. */
  readonly warmUps?: number;
}

/** The medians of what each side measured; in every round all of them have their turn. */
export async function inRounds<Name extends string, Key extends string>(
  sides: Readonly<Record<Name, () => Measured<Key> | Promise<Measured<Key>>>>,
  { rounds, warmUps = 0 }: Rounds,
): Promise<Record<Name, Record<Key, number>>> {
  const names = Object.keys(sides) as Name[];
  const measured = new Map(names.map((name) => [name, [] as Measured<Key>[]]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const result = await sides[name]();
      if (round >= 0) measured.get(name)!.push(result);
    }
  }
  const medians = names.map((name) => [name, mediansOf(measured.get(name)!)]);
  return Object.fromEntries(medians) as Record<Name, Record<Key, number>>;
}

/** Figures of one turn, by what they are. */
type Measured<Key extends string> = Readonly<Record<Key, number>>;

function mediansOf<Key extends string>(all: readonly Measured<Key>[]): Record<Key, number> {
  const keys = Object.keys(all[0]!) as Key[];
  const medians = keys.map((key) => [key, median(all.map((one) => one[key]))]);
  return Object.fromEntries(medians) as Record<Key, number>;
}
