/** The schema of `web`, the status page, and of what it says of each site. */
import * as z from "zod";
import { contrastOf, GROUNDS, isColor, TEXT_CONTRAST_MIN } from "../../runtime/contrast.ts";
import { isTimeZone } from "../../runtime/calendar/recurrence.ts";
import { hostPort } from "./host_port.ts";
import { type Exact, password, path, text, timeText, whole } from "./scalar.ts";
import { isPlainUrl, URL_LENGTH_MAX } from "./protocols/http_schema.ts";

/** A page's heading; more does not fit on a line. */
const TITLE_LENGTH_MAX = 100;
/** RFC 7617 separates name and password by the first colon. */
const USERNAME = /^[^\p{Cc}:]{1,256}$/u;
/** Proxies in front of one page; a list of them is read for every request. */
const PROXIES_MAX = 64;
/** The rule of one of them. */
export const PROXY = "is not an address or a range of them, such as 10.0.0.0/8";
/** Pages of others that read one API. */
const ORIGINS_MAX = 64;
const ORIGIN = "is not an origin, such as https://ops.example.org, or *";
const PUBLIC_URL =
  "is not an http or https URL, such as https://ops.example.org/status/, without " +
  "credentials and query";
/** Paths of the page itself: below them, a path that a proxy passes on and one that it cut look alike. */
const OWN_PATHS =
  /^\/(sites|badge|api|assets|events|incidents|history|feed\.atom|badge\.svg)(\/|$)/;
/** More than these push the verdict off the screen. */
const ANNOUNCEMENTS_MAX = 20;
const ANNOUNCEMENT_LENGTH_MAX = 1_000;
const ANNOUNCED_SITES_MAX = 100;
/** What fits in a line below the page. */
const LINKS_MAX = 10;
const LINK_LENGTH_MAX = 60;
const FOOTER_LENGTH_MAX = 300;
/** As long as a report's `site` may be. */
const NAME_LENGTH_MAX = 200;

/** As browsers write it (RFC 6454): a scheme, a host, and a port that is not the scheme's own. */
function isOrigin(text: string): boolean {
  return text === "*" ||
    (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

function isPublicUrl(text: string): boolean {
  return isPlainUrl(text) && !OWN_PATHS.test(new URL(text).pathname);
}

const announcementSchema = z.strictObject({
  type: z.enum(["info", "maintenance", "outage"]).prefault("info")
    .describe("How it looks, and what it is called."),
  text: z.string({ error: `is not text of 1 to ${ANNOUNCEMENT_LENGTH_MAX} characters` })
    .regex(/\S/).max(ANNOUNCEMENT_LENGTH_MAX).describe("What readers are told."),
  from: timeText().optional().describe(
    "When it begins; a time without an offset is in `web.time_zone`.",
  ),
  until: timeText().optional().describe("When it ends, and is no longer shown."),
  sites: z.array(text(NAME_LENGTH_MAX), {
    error: `is not a list of 1 to ${ANNOUNCED_SITES_MAX} names of sites, such as [shop]`,
  }).min(1).max(ANNOUNCED_SITES_MAX).optional()
    .describe("The sites that it is about; all when absent."),
});

const linkSchema = z.strictObject({
  text: text(LINK_LENGTH_MAX).describe("What the link is called."),
  url: z.string({ error: "is not an http, https or mailto URL" }).max(URL_LENGTH_MAX)
    .regex(/^(https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu).describe("Where it leads."),
});

const ACCENT_RULE = "is not a color, such as #0b57b4, with a contrast of at least " +
  `${TEXT_CONTRAST_MIN} to the page's light grounds (WCAG 2.2, 1.4.3)`;

function isReadable(color: string): boolean {
  return isColor(color) &&
    GROUNDS.light.every((ground) => contrastOf(color, ground) >= TEXT_CONTRAST_MIN);
}

export const webMapping = z.strictObject({
  listen: hostPort({ portMin: 0 }).prefault("127.0.0.1:8080")
    .describe("Address of the page and the API; port 0 takes any free one."),
  title: text(TITLE_LENGTH_MAX).prefault("Status").describe("Title of the page."),
  public: z.boolean().prefault(false).describe(
    "Shows names, states, uptime, incidents and announcements alone, on pages, API, events, feeds and badges; where the file has sites, only those.",
  ),
  public_url: z.string({ error: PUBLIC_URL }).max(URL_LENGTH_MAX).refine(isPublicUrl)
    .optional()
    .describe(
      "URL of the page as its readers see it, behind a proxy; its path may be passed on or removed.",
    ),
  trusted_proxies: z.array(
    z.string({ error: PROXY }).regex(
      /^[0-9A-Fa-f.:]+(\/\d{1,3})?$/,
    ),
    {
      error: `is not a list of at most ${PROXIES_MAX} addresses and ranges, such as [10.0.0.0/8]`,
    },
  ).max(PROXIES_MAX).prefault([])
    .describe("Proxies whose `X-Forwarded-*` headers are believed."),
  cors: z.array(z.string({ error: ORIGIN }).refine(isOrigin), {
    error: `is not a list of at most ${ORIGINS_MAX} origins, such as [https://ops.example.org]`,
  }).max(ORIGINS_MAX).prefault([]).describe(
    "Origins whose pages may read the API in a browser, without credentials; `*` for any.",
  ),
  basic_auth: z.strictObject({
    username: z.string({ error: "is not a name of 1 to 256 characters without a colon" })
      .regex(USERNAME).describe("User name."),
    password: password(),
  }).optional().describe("Who may use the page and the API; anyone who reaches it when absent."),
  announcements: z.array(announcementSchema, {
    error: `is not a list of at most ${ANNOUNCEMENTS_MAX} announcements`,
  }).max(ANNOUNCEMENTS_MAX).prefault([])
    .describe("What readers are told above the verdict; reloaded with SIGHUP."),
  logo: path().optional().describe("SVG file that is shown beside the title."),
  accent: z.string({ error: ACCENT_RULE }).refine(isReadable).optional()
    .describe("Color of links; it is lightened for dark screens."),
  links: z.array(linkSchema, { error: `is not a list of at most ${LINKS_MAX} links` })
    .max(LINKS_MAX).prefault([]).describe("Links below the page, such as an imprint."),
  time_zone: z.string({ error: "is not a time zone, such as Europe/Berlin" }).refine(isTimeZone)
    .prefault("UTC").describe("IANA time zone of times on the page; days and months are in UTC."),
  locale: z.enum(["en", "de", "fr", "es"]).prefault("en").describe("Language of the page."),
  footer: text(FOOTER_LENGTH_MAX).optional().describe("A line below the page."),
});

/** How everybody sees a site. */
export const publicSiteSchema = z.strictObject({
  name: text(NAME_LENGTH_MAX).optional().describe("Its name on a public page, unique."),
  group: text(NAME_LENGTH_MAX).optional().describe("The group that it is shown in there."),
  order: whole({ min: 0, max: 1_000_000 }).optional()
    .describe("Its place there among those in the same state; by name when absent."),
  hidden: z.boolean().prefault(false).describe("Leaves it out of a public page."),
});

export type WebConfig = Exact<z.output<typeof webMapping>>;

/** What holds when the configuration has no `web`. */
export function defaultWeb(): WebConfig {
  return webMapping.parse({}) as WebConfig;
}
