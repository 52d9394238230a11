/** The section `expect` in the scanner's form. */
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { BodyExpectation, Limits, SiteExpect } from "../site.ts";

/** What a site must answer; undefined when nothing is expected of it. */
export function resolveExpect(expect: ExpectConfig): SiteExpect | undefined {
  const { status, header, body, json, size, response_time, certificate_days, invert } = expect;
  const resolved: SiteExpect = {
    ...(status && { status }),
    ...(header && {
      header: header.map(({ not_equals, ...same }) => ({
        ...same,
        ...(not_equals !== undefined && { notEquals: not_equals }),
      })),
    }),
    ...(body && { body: bodyOf(body) }),
    ...(json && { json: json.map(jsonOf) }),
    ...(size && { size: sizeOf(size) }),
    ...(response_time !== undefined && { responseTimeMs: limitsOf(response_time, "down") }),
    ...(certificate_days !== undefined && {
      certificateDays: limitsOf(certificate_days, "degraded"),
    }),
    ...(invert && { invert }),
  };
  return Object.keys(resolved).length === 0 ? undefined : resolved;
}

/** A single value sets one of the two limits. */
function limitsOf(value: number | Limits, single: keyof Limits): Limits {
  return typeof value === "number" ? { [single]: value } : value;
}

function bodyOf(
  { contains, not_contains, matches, not_matches }: NonNullable<ExpectConfig["body"]>,
): BodyExpectation {
  return {
    contains: listOf(contains),
    notContains: listOf(not_contains),
    matches: listOf(matches),
    notMatches: listOf(not_matches),
  };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function jsonOf(
  { not_equals, less_than, greater_than, ...same }: NonNullable<ExpectConfig["json"]>[number],
) {
  return {
    ...same,
    ...(not_equals !== undefined && { notEquals: not_equals }),
    ...(less_than !== undefined && { lessThan: less_than }),
    ...(greater_than !== undefined && { greaterThan: greater_than }),
  };
}

function sizeOf({ min, max }: NonNullable<ExpectConfig["size"]>) {
  return {
    ...(min !== undefined && { bytesMin: min }),
    ...(max !== undefined && { bytesMax: max }),
  };
}
