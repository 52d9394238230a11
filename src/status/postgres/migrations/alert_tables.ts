/** Migration 12: alerts, their messages, and what people say about them. */
import type { Migration } from "./migration.ts";

// A row of an alert stays as it was decided once it has ended, but for what people say of it.
const ALERT = `
CREATE TABLE alert (
  id uuid PRIMARY KEY,
  rule text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  site text COLLATE "C",
  location text COLLATE "C",
  began_at timestamptz NOT NULL,
  fired_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK ((end_reason IS NULL) = (ended_at IS NULL)),
  suppressed_by text,
  channels jsonb NOT NULL,
  group_key text NOT NULL,
  detail jsonb NOT NULL,
  reminders int NOT NULL,
  reminded_at timestamptz,
  acked_at timestamptz,
  acked_by text,
  ack_comment text
);
CREATE INDEX alert_ended ON alert (ended_at);
CREATE INDEX alert_began ON alert (began_at);
CREATE INDEX alert_site ON alert (site, began_at)`;

// The number is the order in which messages were decided. A lease that was never settled may have
// told somebody, and so leased_until is null only when every attempt is known to have ended.
const ALERT_MESSAGE = `
CREATE TABLE alert_message (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  alert_id uuid NOT NULL REFERENCES alert ON DELETE CASCADE,
  channel text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  count int NOT NULL,
  group_key text NOT NULL,
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'delivered', 'superseded', 'suppressed', 'expired')),
  settled_at timestamptz CHECK ((settled_at IS NULL) = (state = 'pending')),
  delivery_id uuid,
  attempts int NOT NULL DEFAULT 0,
  leased_until timestamptz,
  is_maybe_told boolean NOT NULL DEFAULT false,
  error text
);
CREATE INDEX alert_message_alert ON alert_message (alert_id, channel, number);
CREATE INDEX alert_message_pending ON alert_message (channel, number) WHERE state = 'pending';
CREATE INDEX alert_message_waiting ON alert_message (created_at) WHERE state = 'pending'`;

const ALERT_CHANNEL = `
CREATE TABLE alert_channel (
  channel text COLLATE "C" PRIMARY KEY,
  failures int NOT NULL DEFAULT 0,
  retry_at timestamptz,
  parked_at timestamptz,
  error text,
  delivered_at timestamptz
)`;

// A rule with all that it looks for may be longer than an index takes.
const ALERT_RULE = `
CREATE TABLE alert_rule (
  rule text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX alert_rule_text ON alert_rule (md5(rule))`;

// One row, once alerts were decided for the first time.
const ALERT_DECIDER = `
CREATE TABLE alert_decider (
  id int PRIMARY KEY CHECK (id = 1),
  holder text NOT NULL,
  leads_until timestamptz NOT NULL
)`;

const MUTE = `
CREATE TABLE mute (
  id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('maintenance', 'silence')),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  names jsonb,
  labels jsonb,
  author text NOT NULL,
  reason text NOT NULL,
  is_configured boolean NOT NULL
);
CREATE INDEX mute_ends ON mute (ends_at)`;

export const alertTables: Migration = {
  name: "alert, alert_message, alert_channel, alert_rule, alert_decider, mute",
  up: [ALERT, ALERT_MESSAGE, ALERT_CHANNEL, ALERT_RULE, ALERT_DECIDER, MUTE],
};
