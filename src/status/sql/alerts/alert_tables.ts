/** The tables of alerts, in the types of each store. As a released migration has them, they never change. */

/** What each store calls the types that differ. */
export interface AlertTypes {
  /** A text that compares by its bytes. */
  readonly name: string;
  readonly uuid: string;
  readonly time: string;
  readonly json: string;
  readonly boolean: string;
  /** A key that counts up, and gives no number twice. */
  readonly number: string;
  /** What a unique index has of a text of any length. */
  readonly digest: (column: string) => string;
  /** After the columns of each table. */
  readonly options: string;
}

/** Statements in order. */
export function alertTables(types: AlertTypes): string[] {
  return [alert(types), alertMessage(types), ...besideThem(types)];
}

/** Once an alert has ended its row stays as it is. */
function alert({ name, uuid, time, json, options }: AlertTypes): string {
  return `CREATE TABLE alert (
  id ${uuid} PRIMARY KEY,
  rule text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  site ${name},
  location ${name},
  began_at ${time} NOT NULL,
  fired_at ${time} NOT NULL,
  ended_at ${time},
  end_reason text CHECK ((end_reason IS NULL) = (ended_at IS NULL)),
  suppressed_by text,
  channels ${json} NOT NULL,
  group_key text NOT NULL,
  detail ${json} NOT NULL,
  reminders int NOT NULL,
  reminded_at ${time},
  acked_at ${time},
  acked_by text,
  ack_reason text
)${options};
CREATE INDEX alert_ended ON alert (ended_at);
CREATE INDEX alert_began ON alert (began_at);
CREATE INDEX alert_site ON alert (site, began_at);`;
}

/**
 * The number is the order in which messages were decided. `leased_until` is null only when every
 * attempt is known to have ended: a lease that was never settled may have told somebody.
 */
function alertMessage(
  { name, uuid, time, json, boolean, number, options }: AlertTypes,
): string {
  return `CREATE TABLE alert_message (
  number ${number},
  id ${uuid} NOT NULL UNIQUE,
  alert_id ${uuid} NOT NULL REFERENCES alert ON DELETE CASCADE,
  channel ${name} NOT NULL,
  kind text NOT NULL,
  count int NOT NULL,
  group_key text NOT NULL,
  content ${json} NOT NULL,
  created_at ${time} NOT NULL,
  due_at ${time} NOT NULL,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'delivered', 'superseded', 'suppressed', 'expired')),
  settled_at ${time} CHECK ((settled_at IS NULL) = (state = 'pending')),
  delivery_id ${uuid},
  attempts int NOT NULL DEFAULT 0,
  leased_until ${time},
  is_maybe_told ${boolean} NOT NULL DEFAULT false,
  error text
)${options};
CREATE INDEX alert_message_alert ON alert_message (alert_id, channel, number);
CREATE INDEX alert_message_pending ON alert_message (channel, number) WHERE state = 'pending';
CREATE INDEX alert_message_waiting ON alert_message (created_at) WHERE state = 'pending';`;
}

function besideThem({ name, time, json, boolean, digest, options }: AlertTypes): string[] {
  return [
    `CREATE TABLE alert_channel (
  channel ${name} PRIMARY KEY,
  failures int NOT NULL DEFAULT 0,
  retry_at ${time},
  parked_at ${time},
  error text,
  delivered_at ${time}
)${options};`,
    `CREATE TABLE alert_rule (
  rule ${name} NOT NULL,
  started_at ${time} NOT NULL
)${options};
CREATE UNIQUE INDEX alert_rule_text ON alert_rule (${digest("rule")});`,
    // One row, once somebody decided.
    `CREATE TABLE alert_decider (
  id int PRIMARY KEY CHECK (id = 1),
  holder text NOT NULL,
  leads_until ${time} NOT NULL
)${options};`,
    `CREATE TABLE mute (
  id ${name} PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('maintenance', 'silence')),
  starts_at ${time} NOT NULL,
  ends_at ${time} NOT NULL,
  names ${json},
  labels ${json},
  author text NOT NULL,
  reason text NOT NULL,
  is_configured ${boolean} NOT NULL
)${options};
CREATE INDEX mute_ends ON mute (ends_at);`,
  ];
}
