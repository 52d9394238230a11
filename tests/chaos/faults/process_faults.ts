/** What goes wrong with sitemon's own processes, and with what is in the topic. */
import type { Chance } from "../chance.ts";
import type { ChaosProcess } from "../world/chaos_process.ts";
import { TOPIC } from "../world/chaos_services.ts";
import type { World } from "../world/world.ts";
import { type Fault, lastingFault, pauseBetween } from "./fault.ts";

type Pick = (world: World, chance: Chance) => ChaosProcess;
type Range = readonly [min: number, max: number];

const aProducer: Pick = ({ producers, run }, chance) => chance.pick([...producers, run]).process;
const aConsumer: Pick = ({ consumers }, chance) => chance.pick(consumers);

const killed = (who: string, pick: Pick, seconds: Range) =>
  lastingFault(`${who} killed`, seconds, async (world, chance) => {
    const process = pick(world, chance);
    await process.kill();
    return process;
  }, (_, process) => process.start());

const drained = (who: string, pick: Pick) =>
  lastingFault(`${who} drained`, [0, 2], async (world, chance) => {
    const process = pick(world, chance);
    await process.stop();
    return process;
  }, (_, process) => process.start());

const suspended = (what: string, pick: Pick, seconds: Range) =>
  lastingFault(what, seconds, (world, chance) => {
    const process = pick(world, chance);
    process.signal("SIGSTOP");
    return process;
  }, (_, process) => process.signal("SIGCONT"));

export const PROCESS_FAULTS: readonly Fault[] = [
  killed("producer", aProducer, [0, 3]),
  {
    name: "producer killed again and again",
    async cause(world, chance) {
      const process = aProducer(world, chance);
      for (let count = 3; count > 0; count--) {
        await process.kill();
        process.start();
        await pauseBetween(chance, 0.2, 3);
      }
    },
  },
  suspended("producer suspended", aProducer, [1, 25]),
  drained("producer", aProducer),
  killed("consumer", aConsumer, [0, 5]),
  suspended("consumer suspended", aConsumer, [1, 10]),
  // Beyond its session timeout, so that it comes back as a zombie.
  suspended("consumer made a zombie", aConsumer, [16, 22]),
  drained("consumer", aConsumer),
  lastingFault(
    "all consumers killed",
    [0, 3],
    ({ consumers }) => Promise.all(consumers.map((consumer) => consumer.kill())),
    ({ consumers }) => consumers.forEach((consumer) => consumer.start()),
  ),
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
    await world.services.resetGroup();
  } finally {
    for (const consumer of world.consumers) consumer.start();
  }
}
