/** Names incidents, so that each has an address that stays. */
import { createHash } from "node:crypto";
import type { SiteKey, SiteStatus } from "../status/queries.ts";
import { keyOf } from "../status/queries.ts";

/** Hexadecimal digits of the site: among 10,000 that fail in the same millisecond two are alike once in five million times. */
const DIGITS = 12;
/** A time in milliseconds since 1970, in base 36, and a part of the hash of the site. */
const ID = new RegExp(`^([0-9a-z]{1,9})-([0-9a-f]{${DIGITS}})$`);

/** The name of the incident of a site that began at this time: the same in each process and for good. */
export function incidentId(site: SiteKey, beganAt: Date): string {
  return `${beganAt.getTime().toString(36)}-${digestOf(site)}`;
}

/** The path of an incident's page below that of the overview. */
export function incidentPath(site: SiteKey, beganAt: Date): string {
  return `incidents/${incidentId(site, beganAt)}`;
}

/** Whose incident has this name, and when it began; undefined when it is of none of these sites. */
export function incidentOf(
  id: string,
  statuses: readonly SiteStatus[],
): { readonly site: SiteStatus; readonly beganAt: Date } | undefined {
  const [, time, digest] = ID.exec(id) ?? [];
  if (time === undefined) return undefined;
  const site = statuses.find((status) => digestOf(status) === digest);
  return site && { site, beganAt: new Date(parseInt(time, 36)) };
}

function digestOf(site: SiteKey): string {
  return createHash("sha256").update(keyOf(site)).digest("hex").slice(0, DIGITS);
}
