/** What a network does to the connections of one service. */
import type { Chance } from "../chance.ts";
import type { TcpProxy, Weather } from "../world/tcp_proxy.ts";
import type { World } from "../world/world.ts";
import { type Fault, lastingFault, pauseBetween } from "./fault.ts";

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
