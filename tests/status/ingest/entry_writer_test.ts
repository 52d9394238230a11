import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { EntryWriter } from "../../../src/status/ingest/entry_writer.ts";
import { SUSPECT_TRIES_MAX } from "../../../src/status/divide_rows.ts";
import { readMessage } from "../../../src/status/ingest/read_message.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openStore } from "../postgres/opened_store.ts";
import { messages } from "./ingest_fixture.ts";

const NOW = Date.UTC(2026, 5, 1) * 1_000;
const LOST = { name: "StoreUnavailableError", isKnown: true, isSuspect: true };

/** What ends the session: the row of one site, or any row. */
const table: readonly (readonly [when: string, count: number, deadOffsets: readonly number[]])[] = [
  ["NEW.site = 'site 3'", 8, [3]],
  ["NEW.site = 'site 0'", 1, [0]],
  ["true", 8, []],
];
for (const [when, count, dead] of table) {
  serviceTest("postgres")(
    `EntryWriter sets aside ${dead.length} of ${count} rows, when PostgreSQL ends the session where ${when}`,
    async () => {
      await using opened = await openStore();
      await opened.session.query(`
        CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
        CREATE TRIGGER hang_up BEFORE INSERT ON site_status FOR EACH ROW WHEN (${when})
          EXECUTE FUNCTION hang_up()`);
      const clock = new FakeClock(NOW);
      const telemetry = new ThreadTelemetry(() => {});
      const writer = new EntryWriter({ store: opened.store, clock, telemetry, thread: "test" });
      const read = { clusterId: "cluster", nowMicros: NOW };
      const entries = messages(count).map((message) => readMessage(message, read));
      for (let failed = 0; failed < SUSPECT_TRIES_MAX; failed++) {
        await rejects(writer.write(entries), LOST);
      }
      if (dead.length > 0) await writer.write(entries);
      else await rejects(writer.write(entries), LOST);
      const { site_report, dead_letter } = await opened.tables();
      strictEqual(site_report.length, dead.length > 0 ? count - dead.length : 0);
      deepStrictEqual(
        dead_letter.map(({ offset, reason }) => [offset, reason]),
        dead.map((offset) => [offset, "rejected"]),
      );
    },
  );
}
