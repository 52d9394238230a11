/** Migration 3: gaps that producers announced, and messages that could not be read. */
import type { Migration } from "./migration.ts";

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

export const producerMessages: Migration = {
  name: "producer_gap, dead_letter",
  up: [PRODUCER_GAP, DEAD_LETTER],
};
