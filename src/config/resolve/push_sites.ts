/** What a push site must have, and what cannot go with it. */
import type { Config } from "../schema/schema.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";
import { reportRepeats } from "./repeats.ts";

/** Reports every mistake between the keys of push sites, and those of the configuration. */
export function reportPushSites(entries: readonly SiteEntry[], { scanner }: Config): void {
  for (const { config: { name, url, push }, source, at } of entries) {
    if (push === undefined) continue;
    const report = (message: string) => source.reportAt(source.keyPlace([...at, "push"]), message);
    if (url !== undefined) report('"sites.url" and "sites.push" exclude each other; remove one');
    if (name === undefined) report('"sites.name" is required with "sites.push"');
    if (scanner.group !== undefined) {
      report(
        '"sites.push" excludes "scanner.group": a ping reaches one of its producers, and the ' +
          "others would miss it; give the site to a producer of its own",
      );
    }
  }
  reportRepeats(entries, ["push", "token"], () => 'duplicate "sites.push.token"');
}
