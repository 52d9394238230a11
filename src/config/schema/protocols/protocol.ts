/**
 * What the configuration knows of a protocol: its urls, and which keys of a site fit it. A new one is
 * a value of this kind and its lines in protocols.ts.
 */
import type { Site } from "../../site.ts";

export interface Protocol {
  /** Keys that no other protocol has. */
  readonly own: readonly OwnKeys[];
  /** Which of the shared keys fit a site. */
  shares(site: Fitting): readonly Shared[];
  /** Keys whose values are credentials, as `parent.key`. */
  readonly secretKeys?: readonly string[];
  /** The credentials of a site that these keys hold. */
  secretsOf?(site: Site): readonly string[];
}

/** A protocol by which sites are visited. */
export interface UrlProtocol extends Protocol {
  /** What its urls begin with, such as `tcp`. */
  readonly schemes: readonly string[];
  /** What is wrong with such a url that is none, to follow it. */
  readonly urlRule: string;
  /** The url as connections and permissions have it; `undefined` when it is none. */
  readonly urlOf: (text: string) => string | undefined;
}

/** Keys, as paths with dots, and what a site must have for them. */
export interface KeyRule {
  readonly keys: readonly string[];
  /** Follows "needs". */
  readonly need: string;
}

export interface OwnKeys extends KeyRule {
  /** Says that they fit a site of the protocol, where not all of them do. */
  isMet?(site: Fitting): boolean;
}

/** What of a site decides which keys fit it; a protocol looks at more of its own keys. */
export interface Fitting {
  readonly url?: string;
}

/** Keys that not every protocol has. */
export type Shared = keyof typeof SHARED_KEYS;

export const SHARED_KEYS = {
  visit: {
    keys: ["interval", "timeout", "connect_timeout", "retries", "expect.invert"],
    need: "a url",
  },
  connection: { keys: ["ip_version"], need: "an http, https, tcp or tls url" },
  tls: {
    keys: ["tls", "expect.certificate_days"],
    need: 'TLS: an https or tls url, or "starttls"',
  },
  text: {
    keys: ["pattern", "expect.body"],
    need: 'something to read: "steps" with "expect", or TLS',
  },
  body: {
    keys: ["max_body_bytes", "expect.json", "expect.size"],
    need: 'a body: an http or https url, "steps" with "expect", or TLS',
  },
} satisfies Record<string, KeyRule>;
