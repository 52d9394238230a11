/** Outboxes that are not what they were: without their log, or restored from a backup. */
import { dirname } from "node:path";
import { readStats } from "../../../src/outbox/outbox_stats.ts";
import { lockPathOf } from "../../../src/outbox/file/outbox_lock.ts";
import type { Chance } from "../chance.ts";
import { announcedBy, producedBy, type ProducerPlace, type World } from "../world/world.ts";
import { type Fault, pauseBetween } from "./fault.ts";

export const OUTBOX_FAULTS: readonly Fault[] = [
  {
    name: "outbox's log removed after a kill",
    async cause(world, chance) {
      const place = anOutbox(world, chance);
      await place.process.kill();
      try {
        const whole = producedBy(place);
        mustHaveTables(place);
        removeLog(place);
        leave(world, place, whole);
      } finally {
        place.process.start();
      }
    },
  },
  {
    name: "outbox restored from a backup",
    async cause(world, chance) {
      const place = anOutbox(world, chance);
      await place.process.stop();
      const backup = Deno.readFileSync(place.outboxPath);
      place.process.start();
      await pauseBetween(chance, 3, 6);
      await place.process.kill();
      leave(world, place, producedBy(place));
      removeLog(place);
      Deno.writeFileSync(place.outboxPath, backup);
      place.process.start();
    },
  },
];

function anOutbox({ producers, run }: World, chance: Chance): ProducerPlace {
  return chance.pick([...producers, run]);
}

/** Without its log, too: a file without tables is a new one. */
function mustHaveTables({ outboxPath }: ProducerPlace): void {
  const copy = `${Deno.makeTempDirSync({ prefix: "sitemon-chaos-copy-" })}/outbox.db`;
  Deno.copyFileSync(outboxPath, copy);
  try {
    readStats(copy);
  } finally {
    Deno.removeSync(dirname(copy), { recursive: true });
  }
}

function removeLog({ outboxPath }: ProducerPlace): void {
  for (const suffix of ["-wal", "-shm"]) {
    try {
      Deno.removeSync(`${outboxPath}${suffix}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * From now on another producer owns the place. What the former one had stored, it had noted before it
 * called it stored; one report more may be in its log, which nobody was told of.
 */
function leave(world: World, place: ProducerPlace, whole: ReturnType<typeof producedBy>): void {
  const { sequence: last } = JSON.parse(Deno.readTextFileSync(lockPathOf(place.outboxPath)));
  const announced = announcedBy(place);
  if (announced > last || last > whole.last) {
    world.violations.push(
      `${place.location} calls ${announced} stored, notes ${last}, and has ${whole.last}`,
    );
  }
  place.former.push({ ...whole, last });
}
