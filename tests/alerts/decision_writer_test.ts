import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Decider } from "../../src/alerts/decider.ts";
import { REFUSED_MS } from "../../src/alerts/decision_writer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { SUSPECT_TRIES_MAX } from "../../src/status/divide_rows.ts";
import { closing, type OpenedStore } from "../contract/opened_store.ts";
import { aReport, chunk } from "../contract/site_reports.ts";
import { serviceTest } from "../services/with_services.ts";
import { openStore } from "../status/postgres/opened_store.ts";
import { openSqliteStore } from "../status/sqlite/sqlite_tables.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aRule } from "./model/trial.ts";

const SITES = ["blog", "forum", "shop"];

const postgresTrigger = (body: string) => `
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ${body}; RETURN NEW; END';
  CREATE TRIGGER refuse BEFORE INSERT ON alert FOR EACH ROW WHEN (NEW.site = 'forum')
    EXECUTE FUNCTION refuse()`;

interface Refusing {
  readonly open: () => Promise<OpenedStore>;
  readonly refuse: string;
  readonly mend: string;
  /** Decisions that fail before the alert is suspected. */
  readonly failures: number;
}

/** Tells of three sites that are down, the alert of one of which the store does not keep. */
async function tellAround({ open, refuse, mend, failures }: Refusing): Promise<void> {
  await using opened = await open();
  await using store = closing(opened.parts.alertStore());
  const clock = new FakeClock(systemClock.nowMicros());
  const counts: string[] = [];
  const decider = new Decider({
    ...{ store, clock, queries: opened.queries, onStore: () => {} },
    alerts: { channels: [], rules: [aRule()], groupBy: [], groupWaitMs: 0, flapsMax: 100 },
    telemetry: { observe: () => {}, count: (name) => counts.push(name) },
  });
  const told = async () => {
    const deliveries = await store.claim(["ops"], 60_000);
    for (const delivery of deliveries) {
      const done = { isMaybeTold: false, error: null, retryMs: null };
      await store.settle({ delivery, result: "delivered", ...done });
    }
    return deliveries.flatMap(({ messages }) => messages.map(({ alert }) => alert.site)).sort();
  };
  await opened.sql(refuse);
  const down = { outcome: "down", reason: "status", recorded_at: clock.nowMicros() } as const;
  const reports = SITES.map((site, index) => aReport({ ...down, site, sequence: index + 1 }));
  await opened.store.apply(chunk(reports));
  const lost = { name: "StoreUnavailableError" };
  for (let failed = 0; failed < failures; failed++) await rejects(decider.decide(), lost);
  await decider.decide();
  deepStrictEqual(await told(), ["blog", "shop"]);
  // It is left alone, tried again alone, and told when it can be kept.
  const refused = ["sitemon_alerts_refused_total"];
  for (const tries of [1, 1, 2]) {
    if (tries > 1) clock.advance(REFUSED_MS);
    await decider.decide();
    deepStrictEqual([await told(), counts], [[], Array(tries).fill(refused[0])]);
  }
  await opened.sql(mend);
  clock.advance(REFUSED_MS);
  await decider.decide();
  deepStrictEqual(await told(), ["forum"]);
  strictEqual(counts.length, 2);
}

const NAME = "Decider tells of the others, and later of it,";

Deno.test(`${NAME} when SQLite refuses an alert`, () =>
  tellAround({
    open: openSqliteStore,
    refuse: `CREATE TRIGGER refuse BEFORE INSERT ON alert WHEN NEW.site = 'forum'
      BEGIN SELECT RAISE(ABORT, 'no'); END`,
    ...{ mend: "DROP TRIGGER refuse", failures: 0 },
  }));

const mend = "DROP TRIGGER refuse ON alert";
const table: readonly (readonly [what: string, body: string, failures: number])[] = [
  ["refuses an alert", "RAISE check_violation", 0],
  [
    "ends its session at an alert",
    "PERFORM pg_terminate_backend(pg_backend_pid())",
    SUSPECT_TRIES_MAX,
  ],
];
for (const [what, body, failures] of table) {
  serviceTest("postgres")(
    `${NAME} when PostgreSQL ${what}`,
    () => tellAround({ open: openStore, refuse: postgresTrigger(body), mend, failures }),
  );
}
