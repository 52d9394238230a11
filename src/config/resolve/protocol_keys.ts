/** Which keys of a site fit the protocol of its url, or a push site, which has none. */
import {
  type Fitting,
  type KeyRule,
  type Shared,
  SHARED_KEYS,
} from "../schema/protocols/protocol.ts";
import { protocolOf, PROTOCOLS } from "../schema/protocols/protocols.ts";
import { SHARED_BY_PUSH } from "../schema/protocols/push_schema.ts";
import type { SiteConfig } from "../schema/site_schema.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";

const OWN_RULES: readonly Rule[] = PROTOCOLS.flatMap((protocol) =>
  protocol.own.map((own) => ({
    ...own,
    isMet: (site) =>
      isVisited(site) && protocolOf(site.url) === protocol && (own.isMet?.(site) ?? true),
  }))
);

const SHARED_RULES: readonly Rule[] = Object.entries(SHARED_KEYS).map(([name, shared]) => ({
  ...shared,
  isMet: (site) => sharedBy(site)?.some((one) => one === name) ?? true,
}));

const RULES: readonly Rule[] = [...OWN_RULES, ...SHARED_RULES, {
  keys: ["interval", "timeout", "connect_timeout", "retries", "expect.invert"],
  need: "a url",
  isMet: isVisited,
}];

interface Rule extends KeyRule {
  readonly isMet: (site: Given) => boolean;
}

type Given = Pick<SiteConfig, "url">;

function isVisited(site: Given): site is Fitting {
  return site.url !== undefined;
}

function sharedBy(site: Given): readonly Shared[] | undefined {
  return isVisited(site) ? protocolOf(site.url)?.shares(site) : SHARED_BY_PUSH;
}

/** Reports each key of a site itself that does not fit its url. */
export function reportMisfits({ config, source, at }: SiteEntry): void {
  for (const { need, path } of misfits(config, config)) {
    const message = `"${["sites", ...path].join(".")}" needs ${need}; remove it`;
    source.reportAt(source.keyPlace([...at, ...path]), message);
  }
}

/** The defaults without the keys that do not fit a site. */
export function fittingDefaults<D extends object>(defaults: D, site: Given): D {
  return misfits(site, defaults).reduce((fitting, { path }) => without(fitting, path), defaults);
}

/** The keys of a mapping that do not fit a site. */
function misfits(site: Given, mapping: object) {
  return RULES.filter(({ isMet }) => !isMet(site)).flatMap(({ keys, need }) =>
    keys.map((key) => ({ need, path: key.split(".") })).filter(({ path }) => isGiven(mapping, path))
  );
}

function isGiven(mapping: object, [key, ...rest]: readonly string[]): boolean {
  const value = (mapping as Record<string, unknown>)[key!];
  return value !== undefined && (rest.length === 0 || isGiven(value as object, rest));
}

function without<M extends object>(mapping: M, [key, ...rest]: readonly string[]): M {
  const { [key as keyof M]: value, ...others } = mapping;
  if (rest.length === 0) return others as M;
  return { ...mapping, [key!]: without(value as object, rest) };
}
