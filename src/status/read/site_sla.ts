/** The view `site_sla`: uptime without planned work, in both dialects. */

/** What each store says in its own way. Times are of the store's own type. */
export interface SlaDialect {
  readonly now: string;
  /** Milliseconds from one time to another. */
  readonly ms: (from: string, to: string) => string;
  /** A time so many milliseconds later. */
  readonly later: (time: string, ms: string) => string;
  /** The least and the greatest of two values. */
  readonly least: string;
  readonly greatest: string;
  /** True when the mute `m` is about the site `s`. */
  readonly matches: string;
}

/**
 * Time in planned work counts on neither side. What reports covered of it is taken from them while
 * they are kept, exactly; before the horizon from their hours, of which it gets its share of time.
 */
export function siteSla({ now, ms, later, least, greatest, matches }: SlaDialect): string {
  const overlap = (from: string, to: string) =>
    `${greatest}(0, ${ms(`${greatest}(${from}, w.starts_at)`, `${least}(${to}, w.ends_at)`)})`;
  const reportEnd = later("r.checked_at", "r.next_check_ms");
  const hourEnd = later("h.hour", "3600000");
  const ofSite = (relation: string) =>
    `${relation}.site = w.site AND ${relation}.location = w.location`;
  return `
CREATE VIEW site_sla AS
WITH planned AS (
  SELECT site, location, min(starts_at) AS starts_at, max(ends_at) AS ends_at FROM (
    SELECT site, location, starts_at, ends_at,
      sum(CASE WHEN ends_before >= starts_at THEN 0 ELSE 1 END) OVER (
        PARTITION BY site, location ORDER BY starts_at, ends_at) AS island
    FROM (
      SELECT s.site, s.location, m.starts_at, m.ends_at, max(m.ends_at) OVER (
        PARTITION BY s.site, s.location ORDER BY m.starts_at, m.ends_at
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ends_before
      FROM site_status s JOIN mute m ON ${matches}
      WHERE m.kind = 'maintenance' AND m.ends_at > m.starts_at AND NOT s.is_removed) AS b) AS i
  GROUP BY site, location, island),
work AS (
  SELECT u.site, u.location, u.days, s.next_check_ms,
    ${greatest}(p.starts_at, ${later(now, "-u.window_ms")}) AS starts_at,
    ${least}(p.ends_at, ${now}) AS ends_at
  FROM planned p JOIN site_uptime u ON u.site = p.site AND u.location = p.location
    JOIN site_status s ON s.site = p.site AND s.location = p.location
  WHERE p.starts_at < ${now} AND p.ends_at > ${later(now, "-u.window_ms")}),
parts AS (
  SELECT w.site, w.location, w.days, r.outcome = 'down' AS is_down, ${
    overlap("r.checked_at", reportEnd)
  } AS ms
  FROM work w JOIN site_report r ON ${ofSite("r")} AND r.order_at < w.ends_at
    AND r.order_at > ${later("w.starts_at", "-3600000 - 2 * coalesce(w.next_check_ms, 0)")}
  WHERE r.checked_at >= (SELECT not_before FROM history_horizon)
    AND r.checked_at < w.ends_at AND ${reportEnd} > w.starts_at AND r.outcome <> 'inconclusive'
  UNION ALL
  SELECT w.site, w.location, w.days, d.is_down,
    (CASE WHEN d.is_down THEN h.down_ms ELSE h.up_ms + h.degraded_ms END)
      * ${overlap("h.hour", hourEnd)} / 3600000.0
  FROM work w JOIN site_hour h ON ${ofSite("h")} AND h.hour < w.ends_at
    AND h.hour > ${later("w.starts_at", "-3600000")}
    CROSS JOIN (SELECT true AS is_down UNION ALL SELECT false) AS d
  WHERE h.hour < (SELECT not_before FROM history_horizon)),
left_out AS (
  SELECT site, location, days, sum(CASE WHEN is_down THEN 0 ELSE ms END) AS well_ms,
    sum(CASE WHEN is_down THEN ms ELSE 0 END) AS down_ms
  FROM parts GROUP BY site, location, days),
lengths AS (
  SELECT site, location, days, sum(${ms("starts_at", "ends_at")}) AS maintenance_ms
  FROM work GROUP BY site, location, days),
known AS (
  SELECT u.site, u.location, u.days, u.uptime, u.window_ms, l.maintenance_ms,
    u.up_ms + u.degraded_ms - coalesce(o.well_ms, 0) AS well_ms,
    u.down_ms - coalesce(o.down_ms, 0) AS down_ms
  FROM site_uptime u
  LEFT JOIN left_out o ON o.site = u.site AND o.location = u.location AND o.days = u.days
  LEFT JOIN lengths l ON l.site = u.site AND l.location = u.location AND l.days = u.days)
SELECT site, location, days,
  CASE WHEN well_ms + down_ms > 0
    THEN ${greatest}(0, ${least}(1, well_ms * 1.0 / (well_ms + down_ms))) END AS sla_uptime,
  uptime, coalesce(maintenance_ms, 0) AS maintenance_ms, window_ms
FROM known`;
}
