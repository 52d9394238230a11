/** Which fields the responses of the API have, without the schemas that describe them. */
import { type LatencyPoint, SHOWN_STATUS_FIELDS } from "../../status/queries.ts";

/** The fields of a site at a location. */
export const STATUS_FIELDS: readonly string[] = [
  ...["site", "location", ...SHOWN_STATUS_FIELDS],
  ...["since", "stale", "uptimes"],
];

const PUBLIC_STATUS = ["site", "outcome", "since", "stale", "uptimes"];

/** What a public page leaves of the responses, by the id of their schema; all of those that are not named. */
export const PUBLIC_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Status: PUBLIC_STATUS,
  ChosenStatus: PUBLIC_STATUS,
  Location: ["status", "days"],
  Incident: ["id", "site", "began_at", "ended_at", "unknown_since", "duration_ms", "outcome"],
};

/** Less than its type says, as the OpenAPI file of a public page says too. */
export function pick<T extends object>(value: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) as T;
}

/** A point as all responses have it. */
export function latencyResponse({ at, responses, meanMs, p50Ms, p95Ms, p99Ms }: LatencyPoint) {
  const figures = { mean_ms: meanMs, p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
  return { at: at.getTime() * 1_000, responses, ...figures };
}
