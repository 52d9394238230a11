/** What a site is expected to answer, as the scanner gets it: everything normalized, in units. */
import type { StatusRange } from "./site.ts";

/** A value that an answer is compared with. */
export type Scalar = string | number | boolean | null;

/** What must, and what must not, be found in the body; patterns are proven to compile. */
export interface BodyExpectation {
  readonly contains: readonly string[];
  readonly notContains: readonly string[];
  readonly matches: readonly string[];
  readonly notMatches: readonly string[];
}

/** What every value at a JSONPath must be; the path and the pattern are proven to compile. */
export interface JsonExpectation {
  readonly path: string;
  readonly equals?: Scalar;
  readonly notEquals?: Scalar;
  readonly matches?: string;
  readonly lessThan?: number;
  readonly greaterThan?: number;
  readonly exists?: boolean;
}

/** What the value of a header must be. */
export interface HeaderExpectation {
  readonly name: string;
  readonly equals?: string;
  readonly notEquals?: string;
  readonly contains?: string;
  readonly matches?: string;
  readonly exists?: boolean;
}

/** Two limits on one figure: beyond the first the site is degraded, beyond the second down. */
export interface Limits {
  readonly degraded?: number;
  readonly down?: number;
}

/** Decoded bytes of the body, both bounds included. */
export interface SizeExpectation {
  readonly bytesMin?: number;
  readonly bytesMax?: number;
}

/** What a site is expected to answer; what is absent is not looked at. */
export interface SiteExpect {
  /** Below 400 when absent. */
  readonly status?: readonly StatusRange[];
  readonly header?: readonly HeaderExpectation[];
  readonly body?: BodyExpectation;
  readonly json?: readonly JsonExpectation[];
  readonly size?: SizeExpectation;
  /** In milliseconds, at most. */
  readonly responseTimeMs?: Limits;
  /** At least. */
  readonly certificateDays?: Limits;
  /** True when the site must not be as the other expectations say. */
  readonly invert?: boolean;
}
