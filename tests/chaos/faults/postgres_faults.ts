/** What goes wrong with PostgreSQL. */
import { eventually, pause } from "../../support/waiting.ts";
import type { World } from "../world/world.ts";
import { type Fault, lastingFault, networkFaults, pauseBetween } from "./fault.ts";

export const POSTGRES_FAULTS: readonly Fault[] = [
  ...networkFaults("PostgreSQL", (world) => [world.services.postgresProxy]),
  lastingFault(
    "PostgreSQL restarted at once",
    [0, 8],
    ({ services }) => services.postgres.stop(),
    ({ services }) => services.postgres.start(),
  ),
  { name: "PostgreSQL failed over", cause: ({ services }) => services.failOver() },
  lastingFault(
    "PostgreSQL suspended",
    [2, 15],
    ({ services }) => services.postgres.suspend(),
    ({ services }) => services.postgres.resume(),
  ),
  {
    name: "backends terminated",
    async cause(world, chance) {
      for (let count = chance.between(1, 5); count > 0; count--) {
        await world.services.query(TERMINATE, "superuser");
        await pauseBetween(chance, 0, 1);
      }
    },
  },
  lastingFault("PostgreSQL read-only", [2, 10], async (world) => {
    await asSuperuser(world, "ALTER SYSTEM SET default_transaction_read_only = on");
    await asSuperuser(world, "SELECT pg_reload_conf()");
  }, async (world) => {
    await asSuperuser(world, "ALTER SYSTEM RESET default_transaction_read_only");
    await asSuperuser(world, "SELECT pg_reload_conf()");
  }),
  {
    name: "tables locked",
    cause: (world, chance) =>
      world.services.transaction(async (query) => {
        await query(`LOCK TABLE ${chance.pick(LOCKED)} IN ACCESS EXCLUSIVE MODE`);
        await pauseBetween(chance, 1, 12);
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
  lastingFault(
    "table renamed",
    [1, 4],
    ({ services }) => services.query("ALTER TABLE site_status RENAME TO site_status_gone"),
    (world) => insist(world, "ALTER TABLE site_status_gone RENAME TO site_status"),
  ),
  lastingFault(
    "rights revoked",
    [1, 4],
    ({ services }) => services.query("REVOKE INSERT ON site_report FROM sitemon"),
    (world) => insist(world, "GRANT INSERT ON site_report TO sitemon"),
  ),
  lastingFault("connections forbidden", [2, 10], async (world) => {
    await asSuperuser(world, "ALTER ROLE sitemon CONNECTION LIMIT 0");
    await asSuperuser(world, TERMINATE);
  }, (world) => asSuperuser(world, "ALTER ROLE sitemon CONNECTION LIMIT -1")),
];

/** Of reports, of alerts that are decided, and of those that are sent. */
const LOCKED = ["site_status, site_report", "alert, site_report", "alert_message, alert_channel"];
const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'sitemon'`;
const REPAIR_MS_MAX = 60_000;
const RETRY_MS = 500;

function asSuperuser(world: World, sql: string): Promise<void> {
  return insist(world, sql, "superuser");
}

/** What was broken has to be repaired, however often the server refuses. */
async function insist(world: World, sql: string, user?: "superuser"): Promise<void> {
  await eventually(REPAIR_MS_MAX, sql, () => world.services.query(sql, user), RETRY_MS);
}
