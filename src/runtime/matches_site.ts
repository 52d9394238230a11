/** Whether a site is one that a rule, planned work or a silence is about. */

/** Sites by names, in which `*` is any text, and by labels; a site must match whatever is given. */
export interface SiteMatcher {
  readonly names?: readonly string[] | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

export interface Matched {
  readonly site: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** True when the site has one of the names and all of the labels; what is absent or null matches any. */
export function matchesSite({ names, labels }: SiteMatcher, { site, labels: own }: Matched) {
  if (names && !names.some((glob) => matchesName(glob, site))) return false;
  return Object.entries(labels ?? {}).every(([key, value]) =>
    Object.hasOwn(own, key) && own[key] === value
  );
}

/** `*` is any text. Linear in the name, whatever the glob: each part is taken where it first fits. */
function matchesName(glob: string, name: string): boolean {
  const [first, ...parts] = glob.split("*");
  if (parts.length === 0) return glob === name;
  if (!name.startsWith(first!)) return false;
  const last = parts.pop()!;
  let at = first!.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
