/** A status for the tests of what is shown of it. */
import type { Incident, SiteStatus } from "../../src/status/queries.ts";

/** An incident of a quarter of an hour; `overrides` say what is special. */
export function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    site: "shop",
    location: "default",
    began_at: new Date("2026-05-01T12:00:00Z"),
    ended_at: new Date("2026-05-01T12:15:00Z"),
    unknown_since: null,
    duration_ms: 900_000,
    outcome: "down",
    reason: "timeout",
    error_text: null,
    ...overrides,
  };
}

/** A site that is up; `overrides` say what is special. */
export function aSiteStatus(overrides: Partial<SiteStatus> = {}): SiteStatus {
  return {
    site: "shop",
    location: "default",
    url: "https://shop.example/",
    outcome: "up",
    reason: null,
    response_time: 40,
    response_code: 200,
    error_text: null,
    checked_at: new Date("2026-05-01T12:00:00Z"),
    since: new Date("2026-04-01T12:00:00Z"),
    next_check_ms: 10_000,
    stale: false,
    labels: {},
    attempts: 1,
    timings: null,
    remote_address: null,
    certificate_expires_at: null,
    ...overrides,
  };
}
