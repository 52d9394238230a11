/** Step 9: alerts, their messages, and what people say about them, as in PostgreSQL. */

export const ALERT_TABLES = `
CREATE TABLE alert (
  id TEXT PRIMARY KEY,
  rule TEXT NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  site TEXT,
  location TEXT,
  began_at INTEGER NOT NULL,
  fired_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT CHECK ((end_reason IS NULL) = (ended_at IS NULL)),
  suppressed_by TEXT,
  channels TEXT NOT NULL,
  group_key TEXT NOT NULL,
  detail TEXT NOT NULL,
  reminders INTEGER NOT NULL,
  reminded_at INTEGER,
  acked_at INTEGER,
  acked_by TEXT,
  ack_comment TEXT
) STRICT;
CREATE INDEX alert_ended ON alert (ended_at);
CREATE INDEX alert_began ON alert (began_at);
CREATE INDEX alert_site ON alert (site, began_at);

CREATE TABLE alert_message (
  -- The order in which messages were decided; none is given twice.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  alert_id TEXT NOT NULL REFERENCES alert ON DELETE CASCADE,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  group_key TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'delivered', 'superseded', 'suppressed', 'expired')),
  settled_at INTEGER CHECK ((settled_at IS NULL) = (state = 'pending')),
  delivery_id TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Null only when every attempt is known to have ended.
  leased_until INTEGER,
  is_maybe_told INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX alert_message_alert ON alert_message (alert_id, channel, number);
CREATE INDEX alert_message_pending ON alert_message (channel, number) WHERE state = 'pending';
CREATE INDEX alert_message_waiting ON alert_message (created_at) WHERE state = 'pending';

CREATE TABLE alert_channel (
  channel TEXT PRIMARY KEY,
  failures INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  parked_at INTEGER,
  error TEXT,
  delivered_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_rule (
  rule TEXT PRIMARY KEY,
  started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_decider (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL,
  leads_until INTEGER NOT NULL
) STRICT;

CREATE TABLE mute (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('maintenance', 'silence')),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  names TEXT,
  labels TEXT,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  is_configured INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mute_ends ON mute (ends_at);
`;
