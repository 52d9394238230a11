/** The schema of a site, and of `defaults`, which holds what every site inherits. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { REASONS } from "../../report/outcome.ts";
import { matching, path, text, whole, word, yesOrNo } from "./scalar.ts";
import { expectSchema, patternSchema } from "./expect_schema.ts";
import { siteTlsSchema } from "./tls_schema.ts";
import { KIB, MIB, size } from "./size.ts";

/** As long as a report's `site` may be. */
export const SITE_NAME_LENGTH_MAX = 200;
/** As long as a report's `url` may be. */
export const URL_LENGTH_MAX = 2_048;
/** Ten checks a second are a load test; a week is the longest that people wait, and fits a timer (24.8 days). */
export const INTERVAL = { minMs: 100, maxMs: 7 * 86_400_000 };
/** No site answers in less than 10 ms from everywhere; above ten minutes it is down for any reader. */
const TIMEOUT = { minMs: 10, maxMs: 600_000 };
/** A report names at most ten visits before the last. */
const REDIRECTS = { min: 0, max: 10 };
/** A whole body is in memory once per running check: 256 checks of 64 MiB are 16 GiB. */
const BODY = { minBytes: 1, maxBytes: 64 * MIB };
/** Attempts of one check; more of them hide a site that is down most of the time. */
const ATTEMPTS = { min: 1, max: 10 };
const RETRY_DELAY = { minMs: 0, maxMs: 60_000 };
/** Servers refuse longer headers, in which both travel. */
const CREDENTIAL_LENGTH_MAX = 4 * KIB;
/** Servers refuse more than 8 to 64 KiB of headers. */
const HEADERS_MAX = 64;
const HEADER_LENGTH_MAX = 8 * KIB;
/** It is sent with every check. */
const BODY_LENGTH_MAX = MIB;
/** Labels travel in every report and are columns in every reader's query. */
const LABELS_MAX = 32;
const LABEL_LENGTH_MAX = 256;

/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;
/** They frame the message, which is sitemon's own affair. */
const FRAMING = /^(connection|content-length|transfer-encoding|upgrade|te|trailer)$/i;
/** Visible characters, spaces and tabs: no line break may begin another header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\uffff]*$/;

const HEADER_NAME_MESSAGE = mustBe(
  "the name of a header, and none that frames the message",
  "write for example Accept",
);
const headerNameSchema = z.string().regex(HEADER_NAME, { error: HEADER_NAME_MESSAGE })
  .refine((name) => !FRAMING.test(name), { error: HEADER_NAME_MESSAGE });

const headersSchema = z.record(
  headerNameSchema,
  matching(HEADER_VALUE, `a text of one line, of at most ${HEADER_LENGTH_MAX} characters`)
    .max(HEADER_LENGTH_MAX),
  {
    error: mustBe(
      "a mapping of the names of headers to texts",
      'write for example Accept: "text/html"',
    ),
  },
).refine((headers) => Object.keys(headers).length <= HEADERS_MAX, {
  error: mustBe(`a mapping of at most ${HEADERS_MAX} headers`, "remove some"),
});

const labelsSchema = z.record(
  matching(
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
    "a name of 1 to 63 letters, digits and underscores, not beginning with a digit",
  ),
  text(LABEL_LENGTH_MAX),
  {
    error: mustBe(
      "a mapping of names to texts",
      "write for example team: shop",
    ),
  },
).refine((labels) => Object.keys(labels).length <= LABELS_MAX, {
  error: mustBe(`a mapping of at most ${LABELS_MAX} labels`, "remove some"),
});

const BODY_MESSAGE = mustBe(
  `text of at most ${BODY_LENGTH_MAX} characters, or a mapping with file`,
  "write the text in quotes, or file: PATH",
);
const bodySchema = z.union([
  z.string().max(BODY_LENGTH_MAX),
  z.strictObject({ file: path().describe("File whose contents are sent, as UTF-8 text.") }),
], { error: BODY_MESSAGE });

const ipVersionSchema = z.union([z.literal(4), z.literal(6)], {
  error: mustBe("4 or 6", "write one of the two"),
});

const PROXY_MESSAGE = mustBe(
  "a url of the form http://[user:password@]host:port",
  "write such a url",
);
const proxySchema = z.string({ error: PROXY_MESSAGE }).refine(isProxyUrl, { error: PROXY_MESSAGE });

const REDIRECTS_MESSAGE = mustBe(
  `a whole number from ${REDIRECTS.min} to ${REDIRECTS.max}, or a mapping with max and allow_downgrade`,
  "write for example 5",
);
const redirectsSchema = z.union([
  whole(REDIRECTS),
  z.strictObject({
    max: whole(REDIRECTS).prefault(5).describe("As the number alone."),
    allow_downgrade: yesOrNo().prefault(false)
      .describe("Follows also from https to http, which tells the request to whoever listens."),
  }),
], { error: REDIRECTS_MESSAGE });

const authSchema = z.union([
  z.strictObject({
    basic: z.strictObject({
      username: matching(/^[^:\p{Cc}]+$/u, "a text of one line, without a colon")
        .max(CREDENTIAL_LENGTH_MAX).describe("Name to log in with."),
      password: text(CREDENTIAL_LENGTH_MAX).describe(
        "Its password; better `${NAME}` or `${file:PATH}`.",
      ),
    }, { error: mustBe("a mapping with username and password", "write such a mapping") }),
  }),
  z.strictObject({
    bearer: matching(/^[\x21-\x7e]+$/, "a token of visible ASCII characters")
      .max(CREDENTIAL_LENGTH_MAX)
      .describe("Token that is sent; better `${NAME}` or `${file:PATH}`."),
  }),
], { error: mustBe("a mapping with basic or bearer", "write for example bearer: ${TOKEN}") });

/** What a fault of the moment looks like; an answer that is wrong will be as wrong at once. */
const RETRIED = ["dns", "connect_refused", "connect_timeout", "reset", "tls_other", "proxy"];
const retriesSchema = z.strictObject({
  attempts: whole(ATTEMPTS).prefault(2).describe("Attempts in all, the first one among them."),
  delay: duration(RETRY_DELAY).prefault("1s").describe("Time between two attempts."),
  on: z.array(word(["any", ...REASONS]), {
    error: mustBe("a list of reasons, or any", "write for example [connect_timeout, reset]"),
  }).prefault(RETRIED as (typeof REASONS)[number][])
    .describe("Reasons after which another attempt is made, or `any`."),
}, { error: mustBe("a mapping with attempts, delay, on", "write for example attempts: 3") });

/** Settings that have a value for every site. */
const settings = {
  timeout: duration(TIMEOUT).describe("For the whole check with its redirects and attempts."),
  connect_timeout: duration(TIMEOUT).describe("For each connection, TLS included."),
  method: word(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .describe("Of the request."),
  headers: headersSchema.describe("Sent to the site itself; added to those of `defaults`."),
  expect: expectSchema.describe("What the answer must be."),
  redirects: redirectsSchema
    .describe("Redirects that are followed; 0 judges the redirect itself."),
  max_body_bytes: size(BODY).describe("Decoded bytes of the body that are read."),
  tls: siteTlsSchema.describe("TLS of the site; inherited key by key."),
  labels: labelsSchema.describe("Travel with every report; added to those of `defaults`."),
};

/** Settings that may have none. */
const optionalSettings = {
  interval: duration(INTERVAL).apply(mayBeAbsent)
    .describe("Time between two checks; the top level's `interval` when absent."),
  body: bodySchema.apply(mayBeAbsent).describe("Sent with the request: a text, or `{file: PATH}`."),
  pattern: patternSchema.apply(mayBeAbsent).describe(
    "Regular expression that is searched in the body. It must run in linear time: no lookaround, no backreference.",
  ),
  auth: authSchema.apply(mayBeAbsent)
    .describe("Credentials of the site itself, in place of those of its url."),
  retries: retriesSchema.apply(mayBeAbsent),
  ip_version: ipVersionSchema.apply(mayBeAbsent).describe(
    "4 or 6 to connect by that version alone.",
  ),
  proxy: proxySchema.apply(mayBeAbsent).describe(
    "Proxy to go through. Those of the environment are ignored.",
  ),
  traceparent: yesOrNo().apply(mayBeAbsent).describe(
    "Sends W3C's header `traceparent`, so that the site's own traces can be joined to the check's.",
  ),
};

/** `defaults`: every setting with the value it has where neither the site nor the file says otherwise. */
export const defaultsSchema = z.strictObject({
  timeout: settings.timeout.prefault("10s"),
  connect_timeout: settings.connect_timeout.prefault("5s"),
  method: settings.method.prefault("GET"),
  headers: settings.headers.prefault({}),
  expect: settings.expect.prefault({}),
  redirects: settings.redirects.prefault(5),
  max_body_bytes: settings.max_body_bytes.prefault("1MiB"),
  tls: settings.tls.prefault({}),
  labels: settings.labels.prefault({}),
  ...optionalSettings,
}, { error: mustBe("a mapping of what every site inherits", "write such a mapping") });

/** What a url that is checked must be. */
export const URL_MESSAGE = mustBe(
  `a url of the form http://host/ or https://host/, without spaces and wildcards, of at most ${URL_LENGTH_MAX} characters`,
  "write for example https://example.org/",
);

/** One of `sites`: what it does not say is inherited. */
export const siteSchema = z.strictObject({
  name: text(SITE_NAME_LENGTH_MAX).apply(mayBeAbsent)
    .describe("Unique name; the url without credentials when absent, with `#2` on a repeat."),
  url: z.string({ error: URL_MESSAGE }).max(URL_LENGTH_MAX, { error: URL_MESSAGE })
    .refine(isSiteUrl, { error: URL_MESSAGE }).describe("What is checked."),
  timeout: settings.timeout.apply(mayBeAbsent),
  connect_timeout: settings.connect_timeout.apply(mayBeAbsent),
  method: settings.method.apply(mayBeAbsent),
  headers: settings.headers.apply(mayBeAbsent),
  expect: settings.expect.apply(mayBeAbsent),
  redirects: settings.redirects.apply(mayBeAbsent),
  max_body_bytes: settings.max_body_bytes.apply(mayBeAbsent),
  tls: settings.tls.apply(mayBeAbsent),
  labels: settings.labels.apply(mayBeAbsent),
  ...optionalSettings,
}, { error: mustBe("a mapping with url", "write for example - url: https://example.org/") });

/** The section `defaults`. */
export type DefaultsConfig = z.output<typeof defaultsSchema>;
/** One of `sites`, before it inherits. */
export type SiteConfig = z.output<typeof siteSchema>;

/** Stricter than a url parser, which forgives spaces, line breaks and missing or doubled slashes. */
export function isSiteUrl(url: string): boolean {
  return /^https?:\/\/[^/\\\s\p{Cc}][^\s\p{Cc}]*$/iu.test(url) && hasPlainHost(URL.parse(url));
}

function isProxyUrl(url: string): boolean {
  if (!/^http:\/\/[^/\\\s\p{Cc}]+\/?$/iu.test(url)) return false;
  const parsed = URL.parse(url);
  return parsed?.search === "" && parsed.hash === "" && hasPlainHost(parsed);
}

/** Hosts become permissions, in which an asterisk and a comma would mean more than one host. */
function hasPlainHost(url: URL | null): boolean {
  return url !== null && /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(url.hostname);
}
