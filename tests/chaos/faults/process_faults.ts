/** What goes wrong with sitemon's own processes, and with what stands in the topic. */
import type { Chance } from "../chance.ts";
import type { ChaosProcess } from "../world/chaos_process.ts";
import { TOPIC } from "../world/chaos_services.ts";
import { resetGroup } from "../world/consumer_group.ts";
import { type Fault, seconds } from "./fault.ts";
import type { World } from "../world/world.ts";
import { pause } from "../../support/waiting.ts";

/** Beyond the session timeout of a consumer, so that it comes back as a zombie. */
const ZOMBIE_SECONDS = { min: 16, max: 22 };

export const PROCESS_FAULTS: readonly Fault[] = [
  ofProducers("killed", async (process, chance) => {
    await process.kill();
    await pause(seconds(chance, 0, 3));
    process.start();
  }),
  ofProducers("killed again and again", async (process, chance) => {
    for (let count = 3; count > 0; count--) {
      await process.kill();
      process.start();
      await pause(seconds(chance, 0.2, 3));
    }
  }),
  ofProducers("held still", (process, chance) => holdStill(process, seconds(chance, 1, 25))),
  ofProducers("drained", async (process, chance) => {
    await process.stop();
    await pause(seconds(chance, 0, 2));
    process.start();
  }),
  ofConsumers("killed", async (process, chance) => {
    await process.kill();
    await pause(seconds(chance, 0, 5));
    process.start();
  }),
  ofConsumers("held still", (process, chance) => holdStill(process, seconds(chance, 1, 10))),
  ofConsumers("made a zombie", (process, chance) => {
    return holdStill(process, seconds(chance, ZOMBIE_SECONDS.min, ZOMBIE_SECONDS.max));
  }),
  ofConsumers("drained", async (process, chance) => {
    await process.stop();
    await pause(seconds(chance, 0, 2));
    process.start();
  }),
  {
    name: "all consumers killed",
    async cause(world, chance) {
      await Promise.all(world.consumers.map((consumer) => consumer.kill()));
      await pause(seconds(chance, 0, 3));
      for (const consumer of world.consumers) consumer.start();
    },
  },
  {
    name: "poison sent",
    cause: ({ services, poison }) =>
      services.producer((producer) => poison.send(producer, TOPIC, services.partitions)),
  },
  { name: "topic replayed", cause: replay },
];

/** Stops the consumers, sends their group back to the beginning, and starts them again. */
async function replay(world: World): Promise<void> {
  await Promise.all(world.consumers.map((consumer) => consumer.stop()));
  try {
    await resetGroup(world);
  } finally {
    for (const consumer of world.consumers) consumer.start();
  }
}

async function holdStill(process: ChaosProcess, ms: number): Promise<void> {
  process.signal("SIGSTOP");
  await pause(ms);
  process.signal("SIGCONT");
}

type OnProcess = (process: ChaosProcess, chance: Chance) => Promise<void>;

function ofProducers(what: string, harm: OnProcess): Fault {
  return {
    name: `producer ${what}`,
    cause: (world, chance) => harm(chance.pick([...world.producers, world.run]).process, chance),
  };
}

function ofConsumers(what: string, harm: OnProcess): Fault {
  return {
    name: `consumer ${what}`,
    cause: (world, chance) => harm(chance.pick(world.consumers), chance),
  };
}
