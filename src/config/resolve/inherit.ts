/** How a site inherits from `defaults`. */

/** What is inherited key by key; everything else is taken whole. */
interface Settings {
  readonly headers?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly expect?: object;
  readonly tls?: object;
}

/** The defaults with what the site says in their place. Header names are equal in any case. */
export function inherit<D extends Settings, S extends Settings>(defaults: D, site: S) {
  const headers: Readonly<Record<string, string>> = {
    ...without(defaults.headers ?? {}, site.headers ?? {}),
    ...site.headers,
  };
  const labels: Readonly<Record<string, string>> = { ...defaults.labels, ...site.labels };
  const expect = { ...defaults.expect, ...site.expect } as NonNullable<D["expect"]>;
  const tls = { ...defaults.tls, ...site.tls } as NonNullable<D["tls"]>;
  return { ...defaults, ...site, headers, labels, expect, tls };
}

function without(
  headers: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Record<string, string> {
  const taken = new Set(Object.keys(others).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !taken.has(name.toLowerCase())),
  );
}
