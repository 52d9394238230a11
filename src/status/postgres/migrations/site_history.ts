/** Migration 2: every report, the changes of outcome, and the hours that the reports add up to. */
import type { Migration } from "./migration.ts";

// Partitioned, since deleting old reports one by one would rewrite the table. The key holds
// checked_at because the key of a partitioned table has to hold what it is divided by.
const SITE_REPORT = `
CREATE TABLE site_report (
  site text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  checked_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  order_at timestamptz NOT NULL,
  producer_id uuid NOT NULL,
  sequence bigint NOT NULL,
  url text NOT NULL,
  response_time int NOT NULL,
  response_code int,
  pattern text,
  pattern_match boolean,
  error_text text,
  outcome text NOT NULL CHECK (outcome IN ('up', 'degraded', 'down', 'inconclusive')),
  reason text,
  attempts int NOT NULL,
  timings jsonb,
  hops jsonb NOT NULL,
  remote_address text,
  http_version text,
  final_url text,
  body_bytes bigint,
  truncated boolean NOT NULL,
  certificate_expires_at timestamptz,
  certificate_issuer text,
  failures jsonb NOT NULL,
  snippet text,
  interval_ms int,
  labels jsonb NOT NULL,
  PRIMARY KEY (producer_id, sequence, checked_at)
) PARTITION BY RANGE (checked_at);
CREATE INDEX site_report_order
  ON site_report (site, location, order_at, producer_id, sequence)`;

// Reports before not_before were purged. It never moves back: a report that was purged would be
// counted again.
const HISTORY_HORIZON = `
CREATE TABLE history_horizon (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  not_before timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO history_horizon DEFAULT VALUES;
CREATE FUNCTION history_horizon_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.not_before < old.not_before THEN
    RAISE check_violation USING MESSAGE = format(
      'history_horizon cannot move back: %s to %s',
      old.not_before, new.not_before);
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER moves_forward BEFORE UPDATE ON history_horizon
  FOR EACH ROW EXECUTE FUNCTION history_horizon_moves_forward()`;

const SITE_TRANSITION = `
CREATE TABLE site_transition (
  site text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  order_at timestamptz NOT NULL,
  producer_id uuid NOT NULL,
  sequence bigint NOT NULL,
  checked_at timestamptz NOT NULL,
  from_outcome text,
  outcome text NOT NULL,
  reason text,
  PRIMARY KEY (site, location, order_at, producer_id, sequence)
)`;

const SITE_HOUR = `
CREATE TABLE site_hour (
  site text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  hour timestamptz NOT NULL,
  up int NOT NULL,
  degraded int NOT NULL,
  down int NOT NULL,
  inconclusive int NOT NULL,
  up_ms int NOT NULL,
  degraded_ms int NOT NULL,
  down_ms int NOT NULL,
  inconclusive_ms int NOT NULL,
  responses int NOT NULL,
  response_time_sum bigint NOT NULL,
  responses_10_ms int NOT NULL,
  responses_25_ms int NOT NULL,
  responses_50_ms int NOT NULL,
  responses_100_ms int NOT NULL,
  responses_250_ms int NOT NULL,
  responses_500_ms int NOT NULL,
  responses_1000_ms int NOT NULL,
  responses_2500_ms int NOT NULL,
  responses_5000_ms int NOT NULL,
  responses_10000_ms int NOT NULL,
  PRIMARY KEY (site, location, hour)
) WITH (fillfactor = 70)`;

export const siteHistory: Migration = {
  name: "site_report, site_transition, site_hour, history_horizon",
  up: [SITE_REPORT, HISTORY_HORIZON, SITE_TRANSITION, SITE_HOUR],
};
