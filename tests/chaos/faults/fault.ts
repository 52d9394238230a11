/** Something that goes wrong and is repaired again: what that is, what networks do, and a schedule. */
import { pause } from "../../support/waiting.ts";
import { Chance } from "../chance.ts";
import type { TcpProxy, Weather } from "../world/tcp_proxy.ts";
import type { World } from "../world/world.ts";

export interface Fault {
  readonly name: string;
  /** Resolves when it is repaired; rejects when it could not be caused. */
  cause(world: World, chance: Chance): Promise<void>;
}

/** Breaks something, and repairs it after some seconds. */
export function lastingFault<Broken>(
  name: string,
  [min, max]: readonly [min: number, max: number],
  breakIt: (world: World, chance: Chance) => Broken | Promise<Broken>,
  repair: (world: World, broken: Broken) => unknown,
): Fault {
  return {
    name,
    async cause(world, chance) {
      const broken = await breakIt(world, chance);
      await pauseBetween(chance, min, max);
      await repair(world, broken);
    },
  };
}

/** Pauses for some seconds. */
export function pauseBetween(chance: Chance, min: number, max: number): Promise<void> {
  return pause(Math.round((min + chance.next() * (max - min)) * 1_000));
}

type Proxies = (world: World, chance: Chance) => readonly TcpProxy[];

/** Faults of the proxies before `service`. */
export function networkFaults(service: string, proxies: Proxies): Fault[] {
  const weather = (what: string, longest: number, draw: (chance: Chance) => Weather) =>
    lastingFault(`${service} ${what}`, [2, longest], (world, chance) => {
      const chosen = proxies(world, chance);
      const bad = draw(chance);
      for (const proxy of chosen) proxy.change(bad);
      // A cable that was out may come back with its connections, or without.
      return { chosen, isNew: chance.next() < 0.5 };
    }, (_, { chosen, isNew }) => {
      for (const proxy of chosen) {
        if (isNew) proxy.cut();
        proxy.change({ kind: "fair" });
      }
    });
  return [
    weather("slow", 15, (chance) => ({ kind: "slow", delayMs: chance.between(50, 2_500) })),
    weather("trickling", 10, () => ({ kind: "slow", delayMs: 20, pieceBytesMax: 512 })),
    weather("silent", 20, () => ({ kind: "silent" })),
    weather("refusing", 15, () => ({ kind: "refusing" })),
    {
      name: `${service} connections cut`,
      async cause(world, chance) {
        for (let count = chance.between(1, 5); count > 0; count--) {
          for (const proxy of proxies(world, chance)) proxy.cut();
          await pauseBetween(chance, 0, 1);
        }
      },
    },
  ];
}

/** How often each fault was caused. */
export type FaultCounts = Map<string, number>;

/** Causes faults one after the other, drawn from the seed; resolves after the last one is repaired. */
export async function runSchedule(
  world: World,
  { name, faults, endMs }: {
    /** Draws other numbers than the other schedules of a seed. */
    readonly name: string;
    readonly faults: readonly Fault[];
    readonly endMs: number;
  },
  { counts, report }: { counts: FaultCounts; report: (line: string) => void },
): Promise<void> {
  const chance = new Chance(world.options.seed, name);
  let left: Fault[] = [];
  for (;;) {
    await pauseBetween(chance, 1, 6);
    if (performance.now() >= endMs) return;
    // Each comes once before one comes twice.
    if (left.length === 0) left = chance.shuffled(faults);
    const fault = left.pop()!;
    report(fault.name);
    try {
      await fault.cause(world, chance);
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    } catch (error) {
      // Another fault was in its way.
      report(`${fault.name}: not possible now: ${(error as Error).message}`);
    }
  }
}
