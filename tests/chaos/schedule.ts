/** Faults one after the other, drawn from a seed, until the time is over. */
import { Chance } from "./chance.ts";
import { type Fault, seconds } from "./faults/fault.ts";
import type { World } from "./world/world.ts";
import { pause } from "../support/waiting.ts";

export interface ScheduleOptions {
  /** Draws other numbers than the other schedules of a seed. */
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly endMs: number;
}

/** How often each fault was caused. */
export type FaultCounts = Map<string, number>;

/** Resolves after the last fault is mended. */
export async function runSchedule(
  world: World,
  { name, faults, endMs }: ScheduleOptions,
  { counts, tell }: { counts: FaultCounts; tell: (line: string) => void },
): Promise<void> {
  const chance = new Chance(world.options.seed, name);
  let left: Fault[] = [];
  for (;;) {
    await pause(seconds(chance, 1, 6));
    if (performance.now() >= endMs) return;
    // Each comes once before one comes twice.
    if (left.length === 0) left = chance.shuffled(faults);
    const fault = left.pop()!;
    tell(fault.name);
    try {
      await fault.cause(world, chance);
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    } catch (error) {
      // Another fault stood in its way.
      tell(`${fault.name}: not possible now: ${(error as Error).message}`);
    }
  }
}
