/** What a network does to the connections of one service. */
import type { Chance } from "../chance.ts";
import { type Fault, seconds } from "./fault.ts";
import type { TcpProxy, Weather } from "../world/tcp_proxy.ts";
import type { World } from "../world/world.ts";
import { pause } from "../../support/waiting.ts";

type Proxies = (world: World, chance: Chance) => readonly TcpProxy[];

/** Faults of the proxies before `service`. */
export function networkFaults(service: string, proxies: Proxies): Fault[] {
  const weather = (what: string, draw: (chance: Chance) => Weather, longest: number): Fault => ({
    name: `${service} ${what}`,
    async cause(world, chance) {
      const chosen = proxies(world, chance);
      const bad = draw(chance);
      for (const proxy of chosen) proxy.change(bad);
      await pause(seconds(chance, 2, longest));
      // A cable that was out may come back with its connections, or without.
      const isNew = chance.next() < 0.5;
      for (const proxy of chosen) {
        if (isNew) proxy.cut();
        proxy.change({ kind: "fair" });
      }
    },
  });
  return [
    weather("slow", (chance) => ({ kind: "slow", delayMs: chance.between(50, 2_500) }), 15),
    weather("trickling", () => ({ kind: "slow", delayMs: 20, pieceBytesMax: 512 }), 10),
    weather("silent", () => ({ kind: "silent" }), 20),
    weather("refusing", () => ({ kind: "refusing" }), 15),
    {
      name: `${service} connections cut`,
      async cause(world, chance) {
        for (let count = chance.between(1, 5); count > 0; count--) {
          for (const proxy of proxies(world, chance)) proxy.cut();
          await pause(seconds(chance, 0, 1));
        }
      },
    },
  ];
}
