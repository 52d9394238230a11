/** What the command line says of every site that is checked, in place of what its definition says. */
import type { Site } from "../site.ts";
import { brokenRule } from "../schema/messages.ts";
import { HTTP } from "../schema/protocols/http_schema.ts";
import { protocolOf } from "../schema/protocols/protocols.ts";
import { siteSchema } from "../schema/site_schema.ts";
import { shownValue } from "../yaml/shown_value.ts";

/** In the form of a file. */
export interface SiteOverrides {
  /** Such as `3s`. */
  readonly timeout?: string;
  /** Separated by commas, such as `200,3xx`. */
  readonly expectStatus?: string;
  /** More texts that the body must contain. */
  readonly contains?: readonly string[];
}

const SCHEMA = siteSchema.pick({ timeout: true, expect: true });

/** The same sites with these settings, or what is wrong with one of them, as its option is called. */
export function overridden(
  sites: readonly Site[],
  { timeout, expectStatus, contains = [] }: SiteOverrides,
): { readonly sites: readonly Site[] } | { readonly problem: string } {
  const expect = {
    ...(expectStatus !== undefined && { status: expectStatus.split(",") }),
    ...(contains.length > 0 && { body: { contains: [...contains] } }),
  };
  const asked = { expect, ...(timeout !== undefined && { timeout }) };
  const { success, data, error } = SCHEMA.safeParse(asked, { error: brokenRule });
  if (!success) {
    const [{ path: [key, part], message }] = error.issues as [(typeof error.issues)[number]];
    const option = key === "timeout" ? key : part === "status" ? "expect-status" : "contains";
    const value = shownValue({ timeout, "expect-status": expectStatus, contains: "" }[option]);
    return { problem: `invalid --${option}: ${value} ${message}` };
  }
  const timeoutMs = data.timeout;
  const status = data.expect?.status;
  const other = status && sites.find(({ url }) => protocolOf(url) !== HTTP);
  if (other) {
    const name = JSON.stringify(other.name);
    return {
      problem: `invalid --expect-status: ${name} has no status: its url is not http or https`,
    };
  }
  return {
    sites: sites.map((site) => ({
      ...site,
      ...(timeoutMs !== undefined && { timeoutMs }),
      expect: {
        ...site.expect,
        ...(status !== undefined && { status }),
        ...(contains.length > 0 && { body: withContains(site, contains) }),
      },
    })),
  };
}

function withContains({ expect }: Site, contains: readonly string[]) {
  const known = expect?.body ?? { contains: [], notContains: [], matches: [], notMatches: [] };
  return { ...known, contains: [...known.contains, ...contains] };
}
