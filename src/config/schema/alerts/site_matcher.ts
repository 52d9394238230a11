/** Which sites something is about: `matcherSchema` of rules and of planned work. */
import * as z from "zod";
import type { SiteMatcher } from "../../../runtime/matches_site.ts";
import { SITE_NAME_LENGTH_MAX } from "../site_schema.ts";
import { type Exact, identifier, text } from "../scalar.ts";

/** Names and globs of one matcher; labels say the same of more sites. */
const NAMES_MAX = 100;
const NAMES_RULE = `is not a list of 1 to ${NAMES_MAX} names, such as [shop, "api-*"]`;

const names = z.array(text(SITE_NAME_LENGTH_MAX), { error: NAMES_RULE }).min(1).max(NAMES_MAX)
  .describe("Names of sites, in which `*` is any text.");

export const matcherSchema = z.union([
  names,
  z.strictObject({
    names: names.optional(),
    labels: z.record(identifier(), text(256), {
      error: "is not a mapping of names to text, such as team: shop",
    }).optional().describe("Labels that a site must have, each of them."),
  }).refine(({ names, labels }) => names !== undefined || labels !== undefined, {
    error: "either names or labels is required",
  }),
], { error: "is neither a list of names nor a mapping with names, labels" });

export function siteMatcher(config: Exact<z.output<typeof matcherSchema>>): SiteMatcher {
  return Array.isArray(config) ? { names: config } : config;
}
