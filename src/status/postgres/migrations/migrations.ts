/** Every migration, in order. They are code, so that an executable carries them. */
import { COVERED_COLUMNS, listCovered } from "../../read/coverage.ts";
import { alertTables, type AlertTypes } from "../../sql/alerts/alert_tables.ts";
import { coveredTime } from "./covered_time.ts";
import { dayTotals } from "./day_totals.ts";
import { addReportColumn, type Migration } from "./migration.ts";
import { partitionFunctions } from "./partition_functions.ts";
import { siteHistory } from "./site_history.ts";
import { siteIncident } from "./site_incident.ts";
import { siteSlaView } from "./site_sla_view.ts";
import { siteStatus } from "./site_status.ts";
import { statusViews } from "./status_views.ts";

// Stored as it was announced. A sequence in a gap that site_report contains all the same was
// applied: only the others are lost.
const PRODUCER_GAP = `
CREATE TABLE producer_gap (
  producer_id uuid NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL CHECK (last >= first),
  reason text NOT NULL,
  PRIMARY KEY (producer_id, first, last)
)`;

const DEAD_LETTER = `
CREATE TABLE dead_letter (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  "offset" bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  reason text NOT NULL,
  detail text NOT NULL,
  key bytea,
  value bytea,
  sitemon_id text,
  PRIMARY KEY (topic, partition, "offset")
)`;

// Ninety days of a thousand sites are two million hours, too many to add up for a page.
const SITE_DAY = `
CREATE TABLE site_day (
  site text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  day date NOT NULL,
  up_ms int NOT NULL,
  degraded_ms int NOT NULL,
  down_ms int NOT NULL,
  inconclusive_ms int NOT NULL,
  PRIMARY KEY (site, location, day)
) WITH (fillfactor = 70)`;

const EARLIER_HOURS = `
INSERT INTO site_day (site, location, day, ${COVERED_COLUMNS.join(", ")})
SELECT site, location, (hour AT TIME ZONE 'UTC')::date, ${listCovered((column) => `sum(${column})`)}
FROM site_hour GROUP BY 1, 2, 3`;

// A report that was recorded after the removal brings its site back without any cleanup.
// changed_in shows readers what is new to them, whatever the order of commits.
const MARKS = `
ALTER TABLE site_status
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN is_removed boolean NOT NULL
    GENERATED ALWAYS AS (coalesce(removed_at >= order_at, false)) STORED,
  ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id()`;

// A topic that was deleted and made again counts its offsets from 0. What is read again has the
// same time and the same bytes at its place; another message has not.
const DEAD_LETTER_NUMBERS = `
ALTER TABLE dead_letter
  DROP CONSTRAINT dead_letter_pkey,
  ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE UNIQUE INDEX dead_letter_message ON dead_letter
  (topic, partition, "offset", recorded_at, sha256(coalesce(value, '')))`;

// What a registry has named never changes.
const WRITER_SCHEMA = `
CREATE TABLE writer_schema (
  registry text NOT NULL,
  path text NOT NULL,
  schema text NOT NULL,
  PRIMARY KEY (registry, path)
)`;

const ALERT_TYPES: AlertTypes = {
  name: 'text COLLATE "C"',
  uuid: "uuid",
  time: "timestamptz",
  json: "jsonb",
  boolean: "boolean",
  number: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  digest: (column) => `md5(${column})`,
  options: "",
};

export const MIGRATIONS: readonly Migration[] = [
  siteStatus,
  siteHistory,
  { name: "producer_gap, dead_letter", up: [PRODUCER_GAP, DEAD_LETTER] },
  { name: "site_day, removal of sites", up: [SITE_DAY, EARLIER_HOURS, MARKS] },
  statusViews,
  { name: "dead_letter of topics that were made again", up: [DEAD_LETTER_NUMBERS] },
  dayTotals,
  partitionFunctions,
  coveredTime,
  siteIncident,
  addReportColumn("certificate_seen_at"),
  {
    name: "alert, alert_message, alert_channel, alert_rule, alert_decider, mute",
    up: alertTables(ALERT_TYPES),
  },
  { name: "writer_schema", up: [WRITER_SCHEMA] },
  siteSlaView,
];
