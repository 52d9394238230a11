/** Step 11: the view of uptime without planned work. */
import { siteSla } from "../../read/site_sla.ts";
import { NOW } from "./covered_time.ts";

/** A name with `*` as a pattern of GLOB, which tells capitals from small letters, as LIKE does not. */
const PATTERN = "replace(replace(n.value, '[', '[[]'), '?', '[?]')";

export const SITE_SLA_VIEW = `${
  siteSla({
    now: NOW,
    ms: (from, to) => `((${to}) - (${from})) / 1000`,
    later: (time, ms) => `${time} + (${ms}) * 1000`,
    least: "min",
    greatest: "max",
    matches: `(m.names IS NULL OR EXISTS (
        SELECT 1 FROM json_each(m.names) AS n WHERE s.site GLOB ${PATTERN}))
      AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(m.labels, '{}')) AS l
        WHERE coalesce(json_extract(s.labels, '$."' || l.key || '"'), '') <> l.value)`,
  })
};`;
