/** Migration 6: dead letters are numbered, and a place alone no longer says that two are the same. */
import type { Migration } from "./migration.ts";

// A topic that was deleted and made again counts its offsets from 0. What is read again has the
// same time and the same bytes at its place; another message has not.
const DEAD_LETTER = `
ALTER TABLE dead_letter
  DROP CONSTRAINT dead_letter_pkey,
  ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE UNIQUE INDEX dead_letter_message ON dead_letter
  (topic, partition, "offset", recorded_at, sha256(coalesce(value, '')))`;

export const deadLetterNumbers: Migration = {
  name: "dead_letter of topics that were made again",
  up: [DEAD_LETTER],
};
