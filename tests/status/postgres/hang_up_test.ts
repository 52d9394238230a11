// Goal: whatever PostgreSQL is asked when it hangs up, that is an outage of it, and over with the next try.
import { ok } from "node:assert/strict";
import { audit } from "../../../src/status/repair/audit.ts";
import { postgresParts } from "../../../src/status/postgres/postgres_parts.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import type { StoreParts } from "../../../src/status/store_parts.ts";
import { TcpProxy } from "../../chaos/world/tcp_proxy.ts";
import { closing } from "../../contract/opened_store.ts";
import { aDeadLetter, aReport, chunk, nthReport } from "../../contract/site_reports.ts";
import { aMute, anAlert, drain, firing } from "../../contract/some_alerts.ts";
import { postgresTest } from "./opened_store.ts";

/** More than any question has. */
const PIECES_MAX = 150;
const KEY = { site: "shop", location: "berlin" };
const SINCE = new Date(0);
const NEVER = new AbortController().signal;
const HISTORY = { transitionDays: 1, latencyDays: 1, latencyStep: "hour" } as const;

/** Asks a part that is opened for it. */
async function once<Part extends { close(): Promise<void> }>(
  part: Part,
  ask: (part: Part) => Promise<unknown>,
): Promise<void> {
  await using it = closing(part);
  await ask(it);
}

const QUESTIONS: Readonly<Record<string, (parts: StoreParts) => Promise<unknown>>> = {
  migrate: (parts) => once(parts.status(), (store) => store.migrate()),
  apply: (parts) =>
    once(
      parts.status(),
      (store) => store.apply(chunk([nthReport(1), nthReport(2)], { deadLetters: [aDeadLetter()] })),
    ),
  changes: (parts) =>
    once(parts.queries(), async (it) => it.changesSince((await it.changesSince(undefined)).cursor)),
  statuses: (parts) => once(parts.queries(), (it) => it.statusesAt(new Date())),
  counts: (parts) => once(parts.queries(), (it) => it.stateCounts()),
  uptimes: (parts) => once(parts.queries(), (it) => it.uptimes()),
  days: (parts) => once(parts.queries(), (it) => it.daily([KEY], 2)),
  months: (parts) => once(parts.queries(), (it) => it.monthly([KEY])),
  history: (parts) => once(parts.queries(), (it) => it.history(KEY, HISTORY)),
  reports: (parts) =>
    once(parts.queries(), (it) => it.reports(KEY, { since: SINCE, until: new Date(), limit: 9 })),
  incidents: (parts) =>
    once(parts.queries(), (it) => it.incidents({ since: SINCE, until: new Date() })),
  incident: (parts) => once(parts.queries(), (it) => it.incident(KEY, SINCE)),
  prepare: (parts) => once(parts.maintenance(), (it) => it.prepare(86_400_000)),
  purge: (parts) => once(parts.maintenance(), (it) => it.purge(NEVER)),
  forget: (parts) => once(parts.maintenance(), (it) => it.forget("nobody")),
  "dead letters": (parts) =>
    once(parts.deadLetters(), async (it) => {
      await it.count({});
      await it.read({ limit: 1, valueBytesMax: 9 });
      await it.keep([]);
    }),
  schemas: (parts) =>
    once(parts.writerSchemas(), async (it) => {
      await it.write("registry", "ids/1", "{}");
      await it.read("registry", "ids/1");
    }),
  alerts: (parts) =>
    once(parts.alertStore(), async (it) => {
      await it.lead();
      const look = { sites: [KEY], checks: 2, changed: [KEY], rules: ["down"], endedAfter: SINCE };
      await it.look(look);
      await it.write(firing(anAlert(1)));
      await drain(it);
    }),
  records: (parts) =>
    once(parts.alertRecords(), async (it) => {
      await it.channels();
      await it.alerts({ limit: 9 });
      await it.messages([anAlert(1).id]);
      await it.acknowledge(anAlert(1).id, "eve", "mine");
      await it.mutes(SINCE);
      await it.putMute(aMute("by hand"));
      await it.putPlan([aMute("planned", { is_configured: true })]);
      await it.sums();
    }),
  audit: (parts) => parts.audit((reader) => audit(reader)),
};

postgresTest(
  "PostgreSQL that hangs up at any request is unavailable, to all who ask",
  async (it) => {
    await it.store.apply(chunk([aReport(KEY)]));
    await using proxy = new TcpProxy(it.options.port);
    const parts = postgresParts({ ...it.options, port: proxy.port }, {});
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      let pieces = 0;
      for (; pieces < PIECES_MAX; pieces++) {
        // Of one that hung up in the midst of it.
        await it.session.query("DELETE FROM alert_decider");
        const weather = { kind: "cutting" as const, pieces };
        proxy.change(weather);
        const error = await ask(parts).then(() => undefined, (error) => error);
        proxy.change({ kind: "fair" });
        if (weather.pieces >= 0) break;
        // At the end nobody waits for an answer.
        const isOutage = error instanceof StoreUnavailableError && error.isKnown;
        ok(isOutage || error === undefined, `${name} ${pieces}: ${error}`);
      }
      ok(pieces > 0 && pieces < PIECES_MAX, `${name} said ${pieces} things`);
    }
  },
);
