/** A thing that goes wrong and is mended again. */
import type { Chance } from "../chance.ts";
import type { World } from "../world/world.ts";

export interface Fault {
  readonly name: string;
  /** Resolves when it is mended; rejects when it could not be caused. */
  cause(world: World, chance: Chance): Promise<void>;
}

/** Seconds, in milliseconds. */
export function seconds(chance: Chance, min: number, max: number): number {
  return Math.round((min + chance.next() * (max - min)) * 1_000);
}
