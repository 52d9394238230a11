/** A site as the scanner gets it: everything inherited and defaulted, in units, ready to send to a thread. */
import type { Reason } from "../report/outcome.ts";

/** TLS of a check; texts are the contents of PEM files, not their paths. */
export interface SiteTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to ask for and to verify, instead of the url's host. */
  readonly serverName?: string;
  /** Accepts any certificate. */
  readonly insecure: boolean;
}

/** An inclusive range of HTTP status codes; `negated` ones must not contain the status. */
export interface StatusRange {
  readonly first: number;
  readonly last: number;
  readonly negated: boolean;
}

/** Credentials of the site itself; never told to another origin. */
export type SiteAuth =
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string };

/** How a check is tried again, within its timeout. */
export interface Retries {
  /** In all, the first one among them. */
  readonly attempts: number;
  readonly delayMs: number;
  /** Reasons after which another attempt is made. */
  readonly on: readonly (Reason | "any")[];
}

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

/** What is watched, and what it is expected to answer. */
export interface Site {
  /** Unique among the sites of a configuration, at most 200 characters. */
  readonly name: string;
  /** As configured, credentials included: never to be logged or stored. */
  readonly url: string;
  readonly intervalMs: number;
  /** For the whole check with its redirects and attempts. */
  readonly timeoutMs: number;
  /** For each connection, TLS included. */
  readonly connectTimeoutMs: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Searched in the body; already proven to compile on one of the two engines. */
  readonly pattern?: string;
  readonly expect?: SiteExpect;
  /** Redirects that are followed; 0 follows none and judges the redirect itself. */
  readonly redirectsMax: number;
  /** True when redirects from https to http are followed too. */
  readonly allowsDowngrade?: boolean;
  readonly auth?: SiteAuth;
  readonly retries?: Retries;
  /** Decoded bytes of the body that are read. */
  readonly bodyBytesMax: number;
  readonly tls: SiteTls;
  readonly ipVersion?: 4 | 6;
  /** `http://[user:password@]host:port` */
  readonly proxy?: string;
  /** True when visits say in the header `traceparent` to which trace they belong. */
  readonly traceparent?: boolean;
  readonly labels: Readonly<Record<string, string>>;
}
