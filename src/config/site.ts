/** A site in the scanner's form: with all defaults, in the program's units, ready to send to a thread. */
import type { Reason } from "../report/outcome.ts";

/** TLS of a check; texts are the contents of PEM files, not their paths. */
export interface SiteTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name for SNI and verification, instead of the URL's host. */
  readonly serverName?: string;
  readonly insecure: boolean;
}

/** An inclusive range of HTTP status codes; `negated` ones must not contain the status. */
export interface StatusRange {
  readonly first: number;
  readonly last: number;
  readonly negated: boolean;
}

/** Credentials for the site, of the one kind that the schema allows; never sent to another origin. */
export type SiteAuth =
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string };

/** How a check is retried, within its timeout. */
export interface Retries {
  /** Including the first. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly on: readonly (Reason | "any")[];
}

/** What the body must and must not contain; patterns are known to compile. */
export interface BodyExpectation {
  readonly contains: readonly string[];
  readonly notContains: readonly string[];
  readonly matches: readonly string[];
  readonly notMatches: readonly string[];
}

/**
 * What every value at a JSONPath must be; path and pattern are known to compile. A `bigint` is an
 * integer that JavaScript's numbers do not hold exactly.
 */
export interface JsonExpectation {
  readonly path: string;
  readonly equals?: string | number | bigint | boolean | null;
  readonly notEquals?: string | number | bigint | boolean | null;
  readonly matches?: string;
  readonly lessThan?: number | bigint;
  readonly greaterThan?: number | bigint;
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

/** What the answers of a name server must be; patterns are known to compile. */
export interface AnswersExpectation {
  readonly contains?: string | readonly string[];
  readonly matches?: string | readonly string[];
}

/** Limits of a measurement, beyond which the site is degraded or down. */
export interface Limits {
  readonly degraded?: number;
  readonly down?: number;
}

/** Inclusive bounds on the size of the decoded body. */
export interface SizeExpectation {
  readonly bytesMin?: number;
  readonly bytesMax?: number;
}

/** What a site must answer; what is absent is not checked. */
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
  /** Inverts the outcome: a site that meets the other expectations is down. */
  readonly invert?: boolean;
  /** The rest is about dns sites. `NOERROR` when absent. */
  readonly rcode?: string;
  /** All answers in any order, or what holds for them. At least one when absent. */
  readonly answers?: readonly string[] | AnswersExpectation;
  /** Milliseconds. */
  readonly minTtl?: number;
  readonly ad?: boolean;
  /** Name servers whose serial must be the same. */
  readonly serialOf?: readonly { readonly host: string; readonly port: number }[];
}

/** A step of a dialogue: what is sent, then a pattern that must be found in what comes after it. */
export interface Step {
  readonly send?: string;
  /** Known to compile. */
  readonly expect?: string;
}

/** Protocols that begin in plain text and then agree on TLS. */
export type StartTls = "smtp" | "imap" | "pop3" | "ldap" | "postgres" | "mysql" | "xmpp";

/** How often others tell of a site. */
export interface Push {
  readonly everyMs: number;
  readonly graceMs: number;
  /** Never to be logged or stored. */
  readonly token: string;
}

/** True for a site that is checked; of any other one others tell. */
export function isVisited({ push }: { readonly push?: unknown }): boolean {
  return push === undefined;
}

/** What to check, how, and what it must answer. */
export interface Site {
  /** Unique among the sites of a configuration, at most 200 characters. */
  readonly name: string;
  /** As configured, with credentials: never to be logged or stored; `push:NAME` of a push site. */
  readonly url: string;
  /** It is told of by others, and never visited. */
  readonly push?: Push;
  readonly intervalMs: number;
  /** Of the check, including redirects and retries. */
  readonly timeoutMs: number;
  /** Of each connection, including TLS. */
  readonly connectTimeoutMs: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Must match in the body; known to compile on one of the two engines. */
  readonly pattern?: string;
  readonly expect?: SiteExpect;
  /** With 0, the redirect itself is the answer. */
  readonly redirectsMax: number;
  /** True when redirects from https to http are followed too. */
  readonly allowsDowngrade?: boolean;
  readonly auth?: SiteAuth;
  readonly retries?: Retries;
  /** How much of the decoded body is read. */
  readonly bodyBytesMax: number;
  readonly tls: SiteTls;
  readonly ipVersion?: 4 | 6;
  /** `http://[user:password@]host:port` */
  readonly proxy?: string;
  readonly traceparent?: boolean;
  /** Of a tcp or tls site, over the connection once TLS stands. */
  readonly steps?: readonly Step[];
  readonly startTls?: StartTls;
  readonly labels: Readonly<Record<string, string>>;
}
