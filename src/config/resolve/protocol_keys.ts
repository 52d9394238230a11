/** Which keys of a site fit its protocol. */
import { type Fitting, type KeyRule, SHARED_KEYS } from "../schema/protocols/protocol.ts";
import { protocolFor, PROTOCOLS } from "../schema/protocols/protocols.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";

const OWN_RULES: readonly Rule[] = PROTOCOLS.flatMap((protocol) =>
  protocol.own.map((own) => ({
    ...own,
    isMet: (site) => protocolFor(site) === protocol && (own.isMet?.(site) ?? true),
  }))
);

const SHARED_RULES: readonly Rule[] = Object.entries(SHARED_KEYS).map(([name, shared]) => ({
  ...shared,
  isMet: (site) => protocolFor(site)?.shares(site).some((one) => one === name) ?? true,
}));

const RULES: readonly Rule[] = [...OWN_RULES, ...SHARED_RULES];

interface Rule extends KeyRule {
  readonly isMet: (site: Fitting) => boolean;
}

/** Reports each key of a site itself that does not fit its url. */
export function reportMisfits({ config, source, at }: SiteEntry): void {
  for (const { need, path } of misfits(config, config)) {
    const message = `"${["sites", ...path].join(".")}" needs ${need}; remove it`;
    source.reportAt(source.keyPlace([...at, ...path]), message);
  }
}

/** The defaults without the keys that do not fit a site. */
export function fittingDefaults<D extends object>(defaults: D, site: Fitting): D {
  return misfits(site, defaults).reduce((fitting, { path }) => without(fitting, path), defaults);
}

/** The keys of a mapping that do not fit a site. */
function misfits(site: Fitting, mapping: object) {
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
