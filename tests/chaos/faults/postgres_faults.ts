/** What goes wrong with PostgreSQL. */
import { type Fault, seconds } from "./fault.ts";
import { networkFaults } from "./network_faults.ts";
import type { World } from "../world/world.ts";
import { pause } from "../../support/waiting.ts";

export const POSTGRES_FAULTS: readonly Fault[] = [
  ...networkFaults("PostgreSQL", (world) => [world.services.postgresProxy]),
  {
    name: "PostgreSQL restarted at once",
    async cause(world, chance) {
      await world.services.postgres.stop();
      await pause(seconds(chance, 0, 8));
      await world.services.postgres.start();
    },
  },
  {
    name: "PostgreSQL held still",
    async cause(world, chance) {
      world.services.postgres.suspend();
      await pause(seconds(chance, 2, 15));
      world.services.postgres.resume();
    },
  },
  {
    name: "backends terminated",
    async cause(world, chance) {
      for (let count = chance.between(1, 5); count > 0; count--) {
        await world.services.query(TERMINATE, "superuser");
        await pause(seconds(chance, 0, 1));
      }
    },
  },
  {
    name: "PostgreSQL read-only",
    async cause(world, chance) {
      await asSuperuser(world, "ALTER SYSTEM SET default_transaction_read_only = on");
      await asSuperuser(world, "SELECT pg_reload_conf()");
      await pause(seconds(chance, 2, 10));
      await asSuperuser(world, "ALTER SYSTEM RESET default_transaction_read_only");
      await asSuperuser(world, "SELECT pg_reload_conf()");
    },
  },
  {
    name: "tables locked",
    cause: (world, chance) =>
      world.services.transaction(async (query) => {
        await query("LOCK TABLE site_status, site_report IN ACCESS EXCLUSIVE MODE");
        await pause(seconds(chance, 1, 12));
      }),
  },
  {
    name: "rows locked in reverse",
    cause: (world, chance) =>
      world.services.transaction(async (query) => {
        for (const { site, location } of world.watched.toReversed()) {
          await query(
            `SELECT 1 FROM site_status WHERE site = '${site}' AND location = '${location}' FOR UPDATE`,
          );
          await pause(chance.between(0, 50));
        }
      }),
  },
  {
    name: "table renamed",
    async cause(world, chance) {
      await world.services.query("ALTER TABLE site_status RENAME TO site_status_gone");
      await pause(seconds(chance, 1, 4));
      await mend(world, "ALTER TABLE site_status_gone RENAME TO site_status");
    },
  },
  {
    name: "rights revoked",
    async cause(world, chance) {
      await world.services.query("REVOKE INSERT ON site_report FROM sitemon");
      await pause(seconds(chance, 1, 4));
      await mend(world, "GRANT INSERT ON site_report TO sitemon");
    },
  },
  {
    name: "connections forbidden",
    async cause(world, chance) {
      await asSuperuser(world, "ALTER ROLE sitemon CONNECTION LIMIT 0");
      await asSuperuser(world, TERMINATE);
      await pause(seconds(chance, 2, 10));
      await asSuperuser(world, "ALTER ROLE sitemon CONNECTION LIMIT -1");
    },
  },
];

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'sitemon'`;
const MEND_TRIES = 10;

async function asSuperuser(world: World, sql: string): Promise<void> {
  await mend(world, sql, "superuser");
}

/** What was broken has to be mended, however often the server says no. */
async function mend(
  world: World,
  sql: string,
  user: "owner" | "superuser" = "owner",
): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      await world.services.query(sql, user);
      return;
    } catch (error) {
      if (tries === MEND_TRIES) throw error;
      await pause(500);
    }
  }
}
