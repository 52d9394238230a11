/** A site as the scanner gets it: everything inherited and defaulted, in units, ready to send to a thread. */
import type { Reason } from "../report/outcome.ts";
import type { SiteExpect } from "./site_expect.ts";

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
