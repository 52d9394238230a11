/** What a client asks of `/api/status`: which sites, how many, and which fields of them. */
import { STATES } from "../../report/site_state.ts";
import {
  hasLabel,
  matchesSearch,
  SEARCH_LENGTH_MAX,
  type WholeSite,
} from "../../status/whole_sites.ts";

import {
  limitOf,
  limitParameter,
  oneOf,
  parameter,
  QueryError,
  refuseUnknown,
  timeOf,
  timeParameter,
} from "./parameters.ts";

/** Sites of one response at most, and by default. */
export const SITES_MAX = 10_000;

export interface StatusQuery {
  readonly states: readonly string[];
  /** Key and value. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly search: string;
  readonly limit: number;
  /** The name after which sites are returned; '' from the first on. */
  readonly after: string;
  /** Of each location; all when empty. */
  readonly fields: readonly string[];
  /** The time that is asked about; undefined for now. */
  readonly at: Date | undefined;
}

/** The parameters, as the OpenAPI file has them. */
export const STATUS_PARAMETERS = [
  parameter("state", "Only sites in this state; may be repeated.", { enum: STATES }, "array"),
  parameter(
    "label",
    'Only sites with this label, as "key:value"; each that is repeated.',
    {},
    "array",
  ),
  parameter("q", "Words to find in name, url, location or labels.", {
    maxLength: SEARCH_LENGTH_MAX,
  }),
  limitParameter("Sites", SITES_MAX),
  parameter("after", 'Sites after this name: "next" of the response before.'),
  parameter("fields", "Fields of each location, separated by commas; all by default."),
];

/** Of a page that is not for everybody. */
export const AT_PARAMETER = timeParameter(
  "at",
  "What was known of the sites then, of the reports that are kept; now by default",
);

/** Throws {@linkcode QueryError}. `fields` are those that a location has. */
export function statusQuery(
  given: URLSearchParams,
  fields: readonly string[],
  isPublic = false,
): StatusQuery {
  const known = isPublic ? STATUS_PARAMETERS : [...STATUS_PARAMETERS, AT_PARAMETER];
  refuseUnknown(given, known);
  return {
    states: distinct(given.getAll("state")).map((state) => oneOf(STATES, "state", state)),
    labels: distinct(given.getAll("label")).map(labelOf),
    search: (given.get("q") ?? "").slice(0, SEARCH_LENGTH_MAX),
    limit: limitOf(given, SITES_MAX),
    at: timeOf(given, "at"),
    after: given.get("after") ?? "",
    fields: distinct((given.get("fields") ?? "").split(",")).filter((field) => field !== "")
      .map((field) => oneOf(fields, "fields", field)),
  };
}

/** Without repetitions: each is looked at for each site, and a URL has room for thousands. */
function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function labelOf(text: string): [key: string, value: string] {
  const colon = text.indexOf(":");
  if (colon < 1) throw new QueryError(`"label" is "key:value", and not "${text}"`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** The sites that are asked for, and the name that the next request begins after. */
export function selectSites(
  sites: readonly WholeSite[],
  { states, labels, search, limit, after }: StatusQuery,
): { readonly found: readonly WholeSite[]; readonly next: string | null } {
  const found = sites.filter((whole) =>
    whole.site > after && (states.length === 0 || states.includes(whole.state)) &&
    labels.every(([key, value]) => hasLabel(whole, key, value)) && matchesSearch(whole, search)
  );
  return {
    found: found.slice(0, limit),
    next: found.length > limit ? found[limit - 1]!.site : null,
  };
}
