/** What is wrong with `depends_on`, and with the labels that the keys of a site become. */
import { LABEL_LENGTH_MAX, LABELS_MAX } from "../schema/site_schema.ts";
import type { Site } from "../site.ts";
import { parentProblem, parentsOf } from "../site_labels.ts";
import { unknownName } from "../yaml/shown_value.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";

/** The sites are those of the entries, in the same order. */
export function reportParents(entries: readonly SiteEntry[], sites: readonly Site[]): void {
  // Most configurations have none, and those with 100,000 sites should load as before.
  if (entries.every(({ config }) => !config.depends_on && !config.runbook)) return;
  const byName = new Map(sites.map((site) => [site.name, site]));
  const names = [...byName.keys()];
  entries.forEach(({ config: { depends_on = [] }, source, at }, index) => {
    const { name: own, labels } = sites[index]!;
    const { length } = labels.depends_on ?? "";
    if (length > LABEL_LENGTH_MAX) {
      const message =
        `"sites.depends_on" names ${length} characters; at most ${LABEL_LENGTH_MAX} fit`;
      source.report([...at, "depends_on"], message);
    }
    if (Object.keys(labels).length > LABELS_MAX) {
      source.report(
        at,
        `more than ${LABELS_MAX} labels, with those of "defaults", runbook and depends_on`,
      );
    }
    depends_on.forEach((name, item) => {
      const report = (message: string) => source.report([...at, "depends_on", item], message);
      const problem = parentProblem(name);
      if (problem !== undefined) return report(problem);
      if (!byName.has(name)) {
        const problem = unknownName(name, names, "the name of a site");
        return report(`invalid "sites.depends_on": ${problem}`);
      }
      if (leadsTo(own, name, byName)) {
        report(`${JSON.stringify(own)} depends on itself, by way of ${JSON.stringify(name)}`);
      }
    });
  });
}

/** True when a site depends on another, directly or by way of others. */
function leadsTo(name: string, from: string, byName: ReadonlyMap<string, Site>): boolean {
  const seen = new Set([from]);
  for (const next of seen) {
    if (next === name) return true;
    for (const parent of parentsOf(byName.get(next)?.labels ?? {})) seen.add(parent);
  }
  return false;
}
