/** The schema of a site, and of `defaults`, which holds what every site inherits. */
import * as z from "zod";
import { REASONS } from "../../report/outcome.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import { expectSchema, headerNameSchema } from "./expect_schema.ts";
import { duration, size } from "./duration_and_size.ts";
import { KIB, MIB } from "./quantity.ts";
import { proxySchema, URL_FORM, URL_LENGTH_MAX } from "./protocols/http_schema.ts";
import { patternSchema } from "./pattern_schema.ts";
import { OWN_KEYS, protocolOf, SCHEMES, SITE_KINDS } from "./protocols/protocols.ts";
import { type Exact, identifier, password, path, quotable, text, whole } from "./scalar.ts";
import { publicSiteSchema } from "./web_schema.ts";
import { siteTlsSchema } from "./tls_schema.ts";

/** As long as a report's `site` may be. */
export const SITE_NAME_LENGTH_MAX = 200;
/** Ten checks a second are a load test; a week is the longest that people wait, and fits a timer (24.8 days). */
export const INTERVAL = { minMs: 100, maxMs: 7 * DAY_MS };
/** No distant site answers within 10 ms; after ten minutes it is down for any reader. */
const TIMEOUT = { minMs: 10, maxMs: 600_000 };
/** A report lists at most ten hops. */
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
export const LABELS_MAX = 32;
export const LABEL_LENGTH_MAX = 256;
/** A site that needs more than these needs a gateway in between. */
const PARENTS_MAX = 16;

/** They delimit the message, and sitemon sets them itself. */
const FRAMING = /^(connection|content-length|transfer-encoding|upgrade|te|trailer)$/i;
/** Visible characters, spaces and tabs: no line break may begin another header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\uffff]*$/;

export const headersSchema = z.record(
  headerNameSchema.refine((name) => !FRAMING.test(name), {
    error: "is a header that sitemon sets itself",
  }),
  z.string({ error: quotable(`is not one line of at most ${HEADER_LENGTH_MAX} characters`) })
    .regex(HEADER_VALUE).max(HEADER_LENGTH_MAX),
  { error: 'is not a mapping of header names to text, such as Accept: "text/html"' },
).refine((headers) => Object.keys(headers).length <= HEADERS_MAX, {
  error: `more than ${HEADERS_MAX} headers`,
});

const labelsSchema = z.record(
  identifier(),
  text(LABEL_LENGTH_MAX),
  { error: "is not a mapping of names to text, such as team: shop" },
).refine((labels) => Object.keys(labels).length <= LABELS_MAX, {
  error: `more than ${LABELS_MAX} labels`,
});

const bodySchema = z.union([
  z.string().max(BODY_LENGTH_MAX),
  z.strictObject({ file: path().describe("File whose contents are sent, as UTF-8 text.") }),
], { error: `is neither text of at most ${BODY_LENGTH_MAX} characters nor a mapping with file` });

const redirectsSchema = z.union([
  whole(REDIRECTS),
  z.strictObject({
    max: whole(REDIRECTS).prefault(5).describe("Same as the number alone."),
    allow_downgrade: z.boolean().prefault(false)
      .describe("Also follows redirects from https to http, which exposes the request."),
  }),
]);

const authSchema = z.strictObject({
  basic: z.strictObject({
    username: z.string({ error: "is not one line of text without a colon" })
      .regex(/^[^:\p{Cc}]+$/u).max(CREDENTIAL_LENGTH_MAX)
      .describe("User name, instead of the one in the URL."),
    password: password(CREDENTIAL_LENGTH_MAX),
  }).optional(),
  bearer: z.string({ error: "is not a token of visible ASCII characters" })
    .regex(/^[\x21-\x7e]+$/).max(CREDENTIAL_LENGTH_MAX).optional()
    .describe("Bearer token, instead of `basic`; better `${NAME}` or `${file:PATH}`."),
}).refine(({ basic, bearer }) => (basic === undefined) !== (bearer === undefined), {
  error: "either basic or bearer is required",
});

/** Transient failures; an answer that is wrong is just as wrong a second later. */
const RETRIED = ["dns", "connect_refused", "connect_timeout", "reset", "tls_other", "proxy"];
const retriesSchema = z.strictObject({
  attempts: whole(ATTEMPTS).prefault(2).describe("Number of attempts, including the first."),
  delay: duration(RETRY_DELAY).prefault("1s").describe("Time between two attempts."),
  on: z.array(z.enum(["any", ...REASONS]), { error: "is not a list of reasons, such as [reset]" })
    .prefault(RETRIED as (typeof REASONS)[number][])
    .describe("Reasons for another attempt, or `any`."),
});

const ONE_OF_THEM = `${SCHEMES.slice(0, -1).join(", ")} or ${SCHEMES.at(-1)}`;

const siteUrlSchema = z.string({
  error: ({ input }) =>
    protocolOf(String(input))?.urlRule ?? `is not an ${ONE_OF_THEM} ${URL_FORM}`,
}).max(URL_LENGTH_MAX).refine((url) => protocolOf(url)?.urlOf(url) !== undefined);

/** Settings that have a value for every site. */
const settings = {
  timeout: duration(TIMEOUT).describe("Timeout of the check, including redirects and retries."),
  connect_timeout: duration(TIMEOUT).describe("Timeout of each connection, including TLS."),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .describe("Request method."),
  headers: headersSchema.describe("Request headers; added to those of `defaults`."),
  expect: expectSchema.describe("What the site must answer."),
  redirects: redirectsSchema
    .describe("Maximum number of redirects; with 0, the redirect itself is the answer."),
  max_body_bytes: size(BODY).describe("How much of the decoded body is read."),
  tls: siteTlsSchema.describe("TLS of the site; inherited key by key."),
  labels: labelsSchema.describe("Added to every report; added to those of `defaults`."),
};

/** Settings that may have none. */
const optionalSettings = {
  interval: duration(INTERVAL).optional()
    .describe("Time between two checks; the top-level `interval` when absent."),
  body: bodySchema.optional().describe("Request body: text, or `{file: PATH}`."),
  pattern: patternSchema.optional().describe(
    "Regular expression that must match in the body. It must run in linear time: no lookaround, no backreferences.",
  ),
  auth: authSchema.optional().describe("Credentials for the site, instead of those in its URL."),
  retries: retriesSchema.optional(),
  ip_version: z.union([z.literal(4), z.literal(6)], { error: "is not 4 or 6" }).optional()
    .describe("4 or 6 to connect over that version only."),
  proxy: proxySchema.optional().describe("Proxy to use. Those of the environment are ignored."),
  runbook: z.string({
    error:
      `is not an http or https URL of at most ${LABEL_LENGTH_MAX} characters without credentials`,
  }).max(LABEL_LENGTH_MAX).regex(/^https?:\/\/[^/@\s\p{Cc}]+([/?#]\S*)?$/iu).optional()
    .describe("URL of what to do when the site is not well, which messages name."),
  traceparent: z.boolean().optional().describe(
    "Sends the W3C header `traceparent`, which joins the site's own traces to the check's.",
  ),
};

/** `defaults`: every setting with the value that it has when no file sets it. */
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
});

/** One of `sites`: it inherits what it does not set. */
export const siteSchema = z.strictObject({
  name: text(SITE_NAME_LENGTH_MAX).optional()
    .describe("Unique name; the URL without credentials when absent, with `#2` on a repeat."),
  url: siteUrlSchema.optional().describe(
    `URL to check; required without ${SITE_KINDS.slice(1).map((key) => `\`${key}\``).join(", ")}.`,
  ),
  depends_on: z.array(text(SITE_NAME_LENGTH_MAX), {
    error: `is not a list of 1 to ${PARENTS_MAX} names of sites, such as [gateway]`,
  }).min(1).max(PARENTS_MAX).optional().describe(
    "Sites that this one cannot be up without: while one of them is down, alerts of this one are held back.",
  ),
  public: publicSiteSchema.optional().describe("How it is shown where `web.public` is true."),
  ...OWN_KEYS,
  ...z.object(settings).partial().shape,
  ...optionalSettings,
}, {
  error: ({ code }) =>
    code === "unrecognized_keys" ? undefined : `is not a mapping with ${SITE_KINDS.join(" or ")}`,
});

export type DefaultsConfig = Exact<z.output<typeof defaultsSchema>>;
export type SiteConfig = Exact<z.output<typeof siteSchema>>;
