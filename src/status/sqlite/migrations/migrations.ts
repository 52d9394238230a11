/** The tables of the SQLite store as numbered steps; `PRAGMA user_version` is the last one done. */
import type { DatabaseSync } from "node:sqlite";
import { columnTypeOf, type FieldName, REPORT_FIELDS } from "../../../report/fields.ts";
import { COVERED_COLUMNS, listCovered } from "../../read/coverage.ts";
import { StoreConfigurationError } from "../../store.ts";
import { alertTables, type AlertTypes } from "../../sql/alerts/alert_tables.ts";
import { APPLICATION_ID, transaction } from "../store_file.ts";
import { COVERED_TIME } from "./covered_time.ts";
import { DAY_TOTALS } from "./day_totals.ts";
import { FIRST_TABLES } from "./first_tables.ts";
import { SITE_INCIDENT } from "./site_incident.ts";
import { SITE_SLA_VIEW } from "./site_sla_view.ts";
import { STATUS_VIEWS } from "./status_views.ts";

const COLUMNS = `site, location, day, ${COVERED_COLUMNS.join(", ")}`;

/** `2026-01-15`, in UTC. */
function dayOf(hour: string): string {
  return `date(${hour} / 1000000, 'unixepoch')`;
}

/** Days as sums of hours, removal of sites, and the transaction of each change. */
const SITE_DAYS = `
CREATE TABLE site_day (
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  day TEXT NOT NULL,
  ${COVERED_COLUMNS.map((part) => `${part} INTEGER NOT NULL`).join(",\n  ")},
  PRIMARY KEY (site, location, day)
) STRICT, WITHOUT ROWID;

INSERT INTO site_day (${COLUMNS})
SELECT site, location, ${dayOf("hour")}, ${listCovered((part) => `sum(${part})`)}
FROM site_hour GROUP BY 1, 2, 3;

-- A report that was recorded after the removal brings its site back: nothing has to be undone.
ALTER TABLE site_status ADD COLUMN removed_at INTEGER;
ALTER TABLE site_status ADD COLUMN is_removed INTEGER
  GENERATED ALWAYS AS (coalesce(removed_at >= order_at, 0)) VIRTUAL;

-- Which transaction changed a row, so that readers find what they have not seen yet.
ALTER TABLE site_status ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE TABLE last_change (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO last_change VALUES (1, 0);
`;

/**
 * Dead letters are numbered, and a place alone no longer says that two are the same, as in
 * PostgreSQL's sixth migration. SQLite has no digest, so the index holds the messages themselves.
 */
const DEAD_LETTER_NUMBERS = `
ALTER TABLE dead_letter RENAME TO former_dead_letter;

CREATE TABLE dead_letter (
  -- A replay removes a letter by its number, so none is given twice.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  key BLOB,
  value BLOB,
  sitemon_id TEXT
) STRICT;
CREATE UNIQUE INDEX dead_letter_message
  ON dead_letter (topic, "partition", "offset", recorded_at, coalesce(value, x''));

INSERT INTO dead_letter
  (topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id)
SELECT topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id
FROM former_dead_letter ORDER BY received_at, topic, "partition", "offset";

DROP TABLE former_dead_letter;
`;

// What a registry has named never changes.
const WRITER_SCHEMA = `
CREATE TABLE writer_schema (
  registry TEXT NOT NULL,
  path TEXT NOT NULL,
  schema TEXT NOT NULL,
  PRIMARY KEY (registry, path)
) STRICT, WITHOUT ROWID`;

const ALERT_TYPES: AlertTypes = {
  name: "TEXT",
  uuid: "TEXT",
  time: "INTEGER",
  json: "TEXT",
  boolean: "INTEGER",
  number: "INTEGER PRIMARY KEY AUTOINCREMENT",
  digest: (column) => column,
  options: " STRICT",
};

/** Step n brings a file from version n to n + 1. Steps that were released never change. */
export const MIGRATIONS: readonly string[] = [
  FIRST_TABLES,
  SITE_DAYS,
  STATUS_VIEWS,
  DEAD_LETTER_NUMBERS,
  DAY_TOTALS,
  COVERED_TIME,
  SITE_INCIDENT,
  addReportColumn("certificate_seen_at"),
  alertTables(ALERT_TYPES).join("\n"),
  WRITER_SCHEMA,
  SITE_SLA_VIEW,
];

/** Runs the steps that are missing, in one transaction; a second process waits for it. */
export function migrate(db: DatabaseSync): void {
  transaction(db, () => {
    const version = db.prepare("PRAGMA user_version").get()!.user_version as number;
    if (version > MIGRATIONS.length) {
      throw new StoreConfigurationError(
        `the status database is at version ${version}, but this sitemon supports up to ` +
          `${MIGRATIONS.length}; upgrade sitemon`,
      );
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.prepare(`PRAGMA user_version = ${MIGRATIONS.length}`).run();
    db.prepare(`PRAGMA application_id = ${APPLICATION_ID}`).run();
  });
}

/** Adds the column of a field that is new in the table of fields; NULL for the reports before it. */
export function addReportColumn(field: FieldName): string {
  const type = ["string", "structure"].includes(columnTypeOf(field)) ? "TEXT" : "INTEGER";
  const tables = REPORT_FIELDS[field].kept === "status"
    ? ["site_status", "site_report"]
    : ["site_report"];
  return tables.map((table) => `ALTER TABLE ${table} ADD COLUMN ${field} ${type};`).join("\n");
}
