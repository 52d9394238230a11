/** Migration 14: the view of uptime without planned work. */
import { siteSla } from "../../read/site_sla.ts";
import { MS } from "./covered_time.ts";
import type { Migration } from "./migration.ts";

/** A name with `*` as a pattern of LIKE. */
const PATTERN = String
  .raw`replace(replace(replace(replace(n, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')`;

const SITE_SLA = siteSla({
  now: "now()",
  ms: (from, to) => `extract(epoch FROM (${to}) - (${from})) * 1000`,
  later: (time, ms) => `${time} + (${ms}) * ${MS}`,
  least: "least",
  greatest: "greatest",
  matches: `(m.names IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements_text(m.names) AS n WHERE s.site LIKE ${PATTERN}))
      AND (m.labels IS NULL OR s.labels @> m.labels)`,
});

export const siteSlaView: Migration = { name: "site_sla", up: [SITE_SLA] };
