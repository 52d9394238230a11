/** Which fields the responses of the API have, without the schemas that describe them. */
import { SHOWN_STATUS_FIELDS } from "../../status/queries.ts";

/** The fields of a site at a location. */
export const STATUS_FIELDS: readonly string[] = [
  ...["site", "location", ...SHOWN_STATUS_FIELDS],
  ...["since", "stale", "uptimes"],
];

/** What a public page leaves of the responses, by the id of their schema; all of those that are not named. */
export const PUBLIC_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Status: ["site", "outcome", "since", "stale", "uptimes"],
  Location: ["status", "days"],
};
