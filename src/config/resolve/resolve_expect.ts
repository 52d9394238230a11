/** The section `expect` in the scanner's form. */
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { BodyExpectation, Limits, SiteExpect, SizeExpectation } from "../site.ts";
import { camelKeys } from "./camel_keys.ts";

/** What a site must answer; undefined when nothing is expected of it. */
export function resolveExpect(expect: ExpectConfig): SiteExpect | undefined {
  const { status, header, body, json, size, response_time, certificate_days, invert } = expect;
  const resolved: SiteExpect = {
    ...(status && { status }),
    ...(header && { header: header.map((item) => camelKeys(item)) }),
    ...(body && { body: bodyOf(body) }),
    ...(json && { json: json.map((item) => camelKeys(item)) }),
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

function bodyOf(body: NonNullable<ExpectConfig["body"]>): BodyExpectation {
  const { contains = [], not_contains = [], matches = [], not_matches = [] } = body;
  return {
    contains: [contains].flat(),
    notContains: [not_contains].flat(),
    matches: [matches].flat(),
    notMatches: [not_matches].flat(),
  };
}

function sizeOf({ min, max }: NonNullable<ExpectConfig["size"]>): SizeExpectation {
  return {
    ...(min !== undefined && { bytesMin: min }),
    ...(max !== undefined && { bytesMax: max }),
  };
}
