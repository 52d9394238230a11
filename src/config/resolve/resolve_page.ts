/** What the status page is set up with: the sites of a public page, announcements, and the logo. */
import type { Announcement, PublicSite } from "../../runtime/public_page.ts";
import type { PageSettings } from "../page_settings.ts";
import { instantOf } from "../schema/scalar.ts";
import type { WebConfig } from "../schema/web_schema.ts";
import type { Site } from "../site.ts";
import type { LoadContext } from "../yaml/load_context.ts";
import { unknownName } from "../yaml/shown_value.ts";
import type { SiteEntry } from "../yaml/site_entries.ts";
import type { YamlSource } from "../yaml/yaml_source.ts";
import { readFile, reportInvalid } from "./named_files.ts";

export interface PageParts {
  readonly source: YamlSource;
  readonly context: LoadContext;
  /** The sites are those of the entries, in the same order. */
  readonly sites: readonly Site[];
  readonly entries: readonly SiteEntry[];
}

/** What is wrong is reported. */
export function resolvePage(web: WebConfig | false | undefined, parts: PageParts): PageSettings {
  reportSharedNames(parts);
  if (!web) return { listed: undefined, announcements: [], logo: undefined };
  const isLimited = web.public && parts.sites.length > 0;
  const listed = isLimited ? listedSites(parts) : undefined;
  return {
    listed,
    announcements: web.announcements.flatMap((announcement, index) =>
      resolveAnnouncement(announcement, { index, listed, zone: web.time_zone, ...parts })
    ),
    logo: web.logo === undefined ? undefined : readLogo(web.logo, parts),
  };
}

function listedSites({ entries, sites }: PageParts): ReadonlyMap<string, PublicSite> {
  return new Map(entries.map(({ config }, index) => [sites[index]!.name, config.public ?? {}]));
}

/** Readers could not tell sites of the same name apart. */
function reportSharedNames({ entries, sites }: PageParts): void {
  if (entries.every(({ config }) => config.public?.name === undefined)) return;
  const first = new Map<string, string>();
  entries.forEach(({ config, source, at }, index) => {
    const own = sites[index]!.name;
    const name = config.public?.name ?? own;
    const other = first.get(name);
    first.set(name, other ?? own);
    if (other === undefined || config.public?.hidden) return;
    const message = `duplicate name ${JSON.stringify(name)} on a public page: ` +
      `${JSON.stringify(other)} has it too`;
    source.report(
      [...at, ...(config.public?.name === undefined ? [] : ["public", "name"])],
      message,
    );
  });
}

function resolveAnnouncement(
  { from, until, sites: named, ...same }: WebConfig["announcements"][number],
  { index, listed, zone, source, sites }: PageParts & {
    readonly index: number;
    readonly zone: string;
    readonly listed: ReadonlyMap<string, PublicSite> | undefined;
  },
): Announcement[] {
  const at = ["web", "announcements", index];
  const [begin, end] = [from, until].map((text) => dateOf(text, zone));
  if (begin && end && end <= begin) source.report(at, "ends before it begins");
  const names = sites.map(({ name }) => name);
  named?.forEach((name, item) => {
    if (names.length === 0 || names.includes(name)) return;
    const problem = unknownName(name, names, "the name of a site");
    source.report([...at, "sites", item], `invalid "web.announcements.sites": ${problem}`);
  });
  const shown = named?.filter((name) => !listed?.get(name)?.hidden)
    .map((name) => listed?.get(name)?.name ?? name);
  // What is about hidden sites alone is nobody's business.
  if (shown?.length === 0) return [];
  return [{
    ...same,
    ...(begin && { from: begin }),
    ...(end && { until: end }),
    ...(shown && { sites: shown }),
  }];
}

function dateOf(text: string | undefined, zone: string): Date | undefined {
  const instant = text === undefined ? undefined : instantOf(text, zone);
  return instant && new Date(instant.epochMilliseconds);
}

/** More is no logo. */
const LOGO_LENGTH_MAX = 256 * 1_024;

function readLogo(path: string, { source, context }: PageParts): string | undefined {
  const place = { source, context, at: ["web"], name: "web" };
  const text = readFile(path, "logo", place);
  if (text === undefined) return undefined;
  if (text.length <= LOGO_LENGTH_MAX && /<svg[\s>]/i.test(text)) return text;
  reportInvalid(`"${path}" is not an SVG file of at most 256 KiB`, ["logo"], place);
  return undefined;
}
