/**
 * The steps that keep site_transition equal to the changes of outcome of the whole history, while
 * reports arrive in any order.
 */
import { ORDER, orderOf } from "./report_columns.ts";

// A report changes two things at most: whether it is a transition itself, and whether the next one
// after it is. The outcome in force before a report is that of the last transition before it; the
// next report has to be looked up in the history only where a late report differs from what was in
// force, since one that agrees changes nothing for its successor.

const KEY = `site, location, ${ORDER}`;

/** What was new and says something about its site, each with the transition in force before it. */
const VERDICTS = `
verdicts AS MATERIALIZED (
  SELECT p.*, f.order_at AS force_order_at, f.producer_id AS force_producer_id,
    f.sequence AS force_sequence, f.outcome AS force_outcome
  FROM placed p LEFT JOIN LATERAL (
    SELECT ${orderOf("t")}, t.outcome FROM site_transition t
    WHERE t.site = p.site AND t.location = p.location AND (${orderOf("t")}) < (${orderOf("p")})
    ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC LIMIT 1) AS f ON true
  WHERE p.outcome <> 'inconclusive')`;

/** The reports right after those that came late and differ. */
const SUCCESSORS = `
successors AS (
  SELECT r.* FROM verdicts v CROSS JOIN LATERAL (
    SELECT n.site, n.location, ${orderOf("n")}, n.checked_at, n.outcome, n.reason
    FROM site_report n
    WHERE n.site = v.site AND n.location = v.location AND n.outcome <> 'inconclusive'
      AND (${orderOf("n")}) > (${orderOf("v")})
    ORDER BY ${orderOf("n")} LIMIT 1) AS r
  WHERE v.is_late AND v.outcome IS DISTINCT FROM v.force_outcome)`;

/** All of them in order. An anchor is there for the outcome that it puts in force. */
const CHAIN = `
chain AS (
  SELECT DISTINCT ON (${KEY}) * FROM (
    SELECT ${KEY}, checked_at, outcome, reason, false AS is_anchor FROM verdicts
    UNION ALL
    SELECT ${KEY}, checked_at, outcome, reason, false FROM successors
    UNION ALL
    SELECT site, location, force_order_at, force_producer_id, force_sequence,
      NULL, force_outcome, NULL, true
    FROM verdicts WHERE force_outcome IS NOT NULL) AS r
  ORDER BY ${KEY}, is_anchor)`;

const COMPARED = `
compared AS MATERIALIZED (
  SELECT *, lag(outcome) OVER (PARTITION BY site, location ORDER BY ${ORDER}) AS from_outcome
  FROM chain)`;

const UNTURNED = `
unturned AS (
  DELETE FROM site_transition t USING compared c
  WHERE NOT c.is_anchor AND c.from_outcome = c.outcome
    AND t.site = c.site AND t.location = c.location AND (${orderOf("t")}) = (${orderOf("c")}))`;

const TURNED = `
turned AS (
  INSERT INTO site_transition AS t (${KEY}, checked_at, from_outcome, outcome, reason)
  SELECT ${KEY}, checked_at, from_outcome, outcome, reason FROM compared
  WHERE NOT is_anchor AND from_outcome IS DISTINCT FROM outcome ORDER BY ${KEY}
  ON CONFLICT (${KEY}) DO UPDATE SET from_outcome = excluded.from_outcome
  WHERE t.from_outcome IS DISTINCT FROM excluded.from_outcome)`;

/** They read `placed`: the new reports, and whether each is older than its site's status. */
export const CORRECT_TRANSITIONS = [VERDICTS, SUCCESSORS, CHAIN, COMPARED, UNTURNED, TURNED];
