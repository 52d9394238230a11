/** Which keys of a site fit the protocol of its url. */
import type { DefaultsConfig, SiteConfig } from "../schema/site_schema.ts";
import { isSocketUrl } from "../schema/socket_schema.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";

/** Keys, as paths with dots, and what a site must have for them. */
const RULES: readonly Rule[] = [
  {
    keys: ["steps", "starttls"],
    need: "a tcp or tls url",
    isMet: ({ url }) => isSocketUrl(url),
  },
  {
    keys: [
      ...["method", "headers", "body", "auth", "redirects", "proxy", "traceparent"],
      ...["expect.status", "expect.header"],
    ],
    need: "an http or https url",
    isMet: ({ url }) => !isSocketUrl(url),
  },
  {
    keys: ["tls", "expect.certificate_days"],
    need: 'TLS: an https or tls url, or "starttls"',
    isMet: (site) => !isSocketUrl(site.url) || isSecure(site),
  },
  {
    keys: ["max_body_bytes", "pattern", "expect.body", "expect.json", "expect.size"],
    need: 'something to read: "steps" with "expect", or TLS',
    isMet: (site) => !isSocketUrl(site.url) || isSecure(site) || expectsAnswer(site),
  },
];

interface Rule {
  readonly keys: readonly string[];
  readonly need: string;
  readonly isMet: (site: Fitting) => boolean;
}

type Fitting = Pick<SiteConfig, "url" | "steps" | "starttls">;

/** Reports each key of a site itself that does not fit its url. */
export function reportMisfits({ config, source, at }: SiteEntry): void {
  for (const { keys, need, isMet } of RULES) {
    if (isMet(config)) continue;
    for (const path of keys.map((key) => key.split("."))) {
      if (!isGiven(config, path)) continue;
      const message = `"${["sites", ...path].join(".")}" needs ${need}; remove it`;
      source.reportAt(source.keyPlace([...at, ...path]), message);
    }
  }
}

/** The defaults without the keys that do not fit a site. */
export function fittingDefaults<D extends Partial<Pick<DefaultsConfig, "expect">>>(
  defaults: D,
  site: Fitting,
): D {
  if (!isSocketUrl(site.url)) return defaults;
  const without = RULES.filter(({ isMet }) => !isMet(site)).flatMap(({ keys }) => keys);
  const keptOf = (mapping: object, prefix: string) =>
    Object.fromEntries(
      Object.entries(mapping).filter(([key]) => !without.includes(`${prefix}${key}`)),
    );
  return { ...keptOf(defaults, ""), expect: keptOf(defaults.expect ?? {}, "expect.") } as D;
}

function isGiven(mapping: object, [key, ...rest]: readonly string[]): boolean {
  const value = (mapping as Record<string, unknown>)[key!];
  return value !== undefined && (rest.length === 0 || isGiven(value as object, rest));
}

function isSecure({ url, starttls }: Fitting): boolean {
  return /^tls:/i.test(url) || starttls !== undefined;
}

function expectsAnswer({ steps = [] }: Fitting): boolean {
  return steps.some(({ expect }) => expect !== undefined);
}
