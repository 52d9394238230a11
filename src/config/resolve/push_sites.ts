/** What a push site must have, and what cannot go with it. */
import type { Config } from "../schema/schema.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";

/** Reports every mistake between the keys of push sites, and those of the configuration. */
export function reportPushSites(entries: readonly SiteEntry[], { scanner }: Config): void {
  const first = new Map<string, SiteEntry>();
  for (const entry of entries) {
    const { config: { name, url, push }, source, at } = entry;
    if (push === undefined) continue;
    const report = (message: string, key = "push") =>
      source.reportAt(source.keyPlace([...at, key]), message);
    if (url !== undefined) report('"sites.url" and "sites.push" exclude each other; remove one');
    if (name === undefined) report('"sites.name" is required with "sites.push"');
    if (scanner.group !== undefined) {
      report(
        '"sites.push" excludes "scanner.group": a ping reaches one of its producers, and the ' +
          "others would miss it; give the site to a producer of its own",
      );
    }
    const other = first.get(push.token);
    first.set(push.token, other ?? entry);
    if (other === undefined) continue;
    const { file, line } = other.source.place([...other.at, "push", "token"]);
    source.report(
      [...at, "push", "token"],
      `duplicate "sites.push.token": first used at ${file}:${line}`,
    );
  }
}
