/** A site with what it inherits from `defaults`, in the program's units. */
import type { ExpectConfig } from "../schema/expect_schema.ts";
import type { DefaultsConfig, SiteConfig } from "../schema/site_schema.ts";
import { protocolOf } from "../schema/protocols/protocols.ts";
import { fittingDefaults } from "./protocol_keys.ts";
import { siteLabels } from "../site_labels.ts";
import type {
  BodyExpectation,
  Limits,
  Site,
  SiteAuth,
  SiteExpect,
  SizeExpectation,
} from "../site.ts";

/** Settings with the contents of the files that they name. */
export type WithFiles<T extends SiteConfig | DefaultsConfig> =
  & Omit<T, "body">
  & { readonly body?: string };

/** The site in the scanner's form. */
export function resolveSite(site: WithFiles<SiteConfig>, { name, defaults, intervalMs }: {
  readonly name: string;
  readonly defaults: WithFiles<DefaultsConfig>;
  /** The top level's, where neither the site nor the defaults have one. */
  readonly intervalMs: number;
}): Site {
  const {
    interval = intervalMs,
    timeout,
    connect_timeout,
    expect,
    redirects,
    max_body_bytes,
    tls,
    auth,
    ip_version,
    retries,
    runbook,
    depends_on,
    public: _,
    labels,
    starttls,
    push,
    ...same
  } = inherit({ ...always(defaults), ...fittingDefaults(defaults, site) }, site);
  const expected = resolveExpect(expect);
  return {
    ...same,
    name,
    url: urlOf(site, name),
    intervalMs: interval,
    timeoutMs: timeout,
    connectTimeoutMs: connect_timeout,
    ...(expected && { expect: expected }),
    ...redirectsOf(redirects),
    bodyBytesMax: max_body_bytes,
    tls: { insecure: false, ...camelKeys(tls) },
    labels: siteLabels({ labels, ...(runbook && { runbook }), ...(depends_on && { depends_on }) }),
    ...(auth && { auth: auth as SiteAuth }),
    ...(ip_version && { ipVersion: ip_version }),
    ...(retries && { retries: retriesOf(retries) }),
    ...(starttls && { startTls: starttls }),
    ...(push && { push: { everyMs: push.every, graceMs: push.grace, token: push.token } }),
  };
}

/** As connections and permissions have it; of a push site one that shows what it is. */
function urlOf({ url }: Pick<SiteConfig, "url">, name: string): string {
  return url === undefined ? `push:${name}` : protocolOf(url)?.urlOf(url) ?? url;
}

/** What every site has, whether or not its protocol looks at it. */
function always(defaults: WithFiles<DefaultsConfig>) {
  const { timeout, connect_timeout, method, redirects, max_body_bytes, tls } = defaults;
  return { timeout, connect_timeout, method, redirects, max_body_bytes, tls };
}

function redirectsOf(redirects: DefaultsConfig["redirects"]) {
  if (typeof redirects === "number") return { redirectsMax: redirects };
  const { max, allow_downgrade } = redirects;
  return { redirectsMax: max, ...(allow_downgrade && { allowsDowngrade: true }) };
}

function retriesOf({ delay, ...same }: NonNullable<DefaultsConfig["retries"]>) {
  return { ...same, delayMs: delay };
}

/** What a site must answer; undefined when nothing is expected of it. */
function resolveExpect(expect: ExpectConfig): SiteExpect | undefined {
  const { status, header, body, json, size, response_time, certificate_days, invert, ...own } =
    expect;
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
    ...camelKeys(own),
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

/** What is inherited key by key; everything else is inherited as a whole. */
interface Inherited {
  readonly headers?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly expect?: object;
  readonly tls?: object;
}

/** The defaults, overridden by the site. Names of headers are case-insensitive. */
export function inherit<D extends Inherited, S extends Inherited>(defaults: D, site: S) {
  const own = new Set(Object.keys(site.headers ?? {}).map((name) => name.toLowerCase()));
  const inherited = Object.entries(defaults.headers ?? {})
    .filter(([name]) => !own.has(name.toLowerCase()));
  const headers: Readonly<Record<string, string>> = {
    ...Object.fromEntries(inherited),
    ...site.headers,
  };
  const labels: Readonly<Record<string, string>> = { ...defaults.labels, ...site.labels };
  const expect = { ...defaults.expect, ...site.expect } as NonNullable<D["expect"]>;
  const tls = { ...defaults.tls, ...site.tls } as NonNullable<D["tls"]>;
  return { ...defaults, ...site, headers, labels, expect, tls };
}

type Camel<Key extends string> = Key extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Key;

type CamelKeys<T> = { [Key in keyof T as Camel<Key & string>]: T[Key] };

/** Keys of the file (`server_name`) as the program writes them (`serverName`). */
export function camelKeys<T extends object>(settings: T): CamelKeys<T> {
  const entries = Object.entries(settings).map(([key, value]) => [
    key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}
