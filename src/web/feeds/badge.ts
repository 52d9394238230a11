/** A badge as SVG: name and state of a site, for other pages. */
import { html } from "hono/html";
import type { SiteUptime } from "../../status/queries.ts";
import { isMostlyUnknown, uptimeOf } from "../../status/uptime.ts";
import type { SiteState } from "../../report/site_state.ts";
import type { WholeSite } from "../../status/whole_sites.ts";
import { percentText } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { type Html, stateText } from "../pages/markup.ts";
import type { Verdict } from "../pages/overview.ts";

/** White text on each has a contrast of at least 4.5 to 1. */
const COLORS: Readonly<Record<SiteState, string>> = {
  down: "#b42318",
  degraded: "#8a5300",
  stale: "#5b6270",
  inconclusive: "#5b6270",
  up: "#17713c",
};
const NAME_LENGTH_MAX = 40;
/** Verdana at 11 pixels; `textLength` fits any other font to it. */
const CHARACTER_WIDTH = 6.8;
const PADDING = 12;

/** The SVG of a site with its state, and the worst of its locations' uptimes over 30 days, where half of them is known; also of an unknown site. */
export function badge(
  site: string,
  whole: WholeSite | undefined,
  uptimes: readonly SiteUptime[],
): Html {
  // There is no room to say how little of the time is known.
  const parts = uptimes.map(({ windows }) => windows[30])
    .filter((coverage) => !isMostlyUnknown(coverage))
    .map(uptimeOf).filter((part) => part !== null);
  const uptime = parts.length === 0 ? "" : ` ${percentText(Math.min(...parts))}`;
  const value = whole === undefined
    ? texts().unknown
    : `${stateText(whole).toLowerCase()}${uptime}`;
  return drawing(site, value, COLORS[whole?.state ?? "inconclusive"]);
}

/** The SVG of all sites together. */
export function overallBadge(title: string, verdict: Verdict | undefined): Html {
  return drawing(title, overallText(verdict), COLORS[verdict?.worst ?? "inconclusive"]);
}

function overallText(verdict: Verdict | undefined): string {
  const t = texts();
  if (verdict === undefined) return t.unknown;
  const { worst, count, isPartial, othersInPart, total } = verdict;
  if (worst === "up") return t.badgeAllUp;
  const words = t.badgeSome(count, total, stateText({ state: worst, isPartial }).toLowerCase());
  return othersInPart === 0 ? words : `${words}, ${t.inPart(othersInPart)}`;
}

function drawing(fullName: string, value: string, color: string): Html {
  const isLong = fullName.length > NAME_LENGTH_MAX;
  const name = (isLong ? `${fullName.slice(0, NAME_LENGTH_MAX - 1)}…` : fullName).toWellFormed();
  const width = (text: string) => Math.ceil([...text].length * CHARACTER_WIDTH);
  const left = width(name) + PADDING;
  const right = width(value) + PADDING;
  const text = (at: number, content: string) =>
    html`<text x="${at}" y="14" textLength="${width(content)}">${content}</text>`;
  return html`
    <svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img"
      aria-label="${name}: ${value}">
      <title>${name}: ${value}</title>
      <clipPath id="r">
        <rect width="${left + right}" height="20" rx="3" />
      </clipPath>
      <g clip-path="url(#r)">
        <rect width="${left}" height="20" fill="#3a3f4a" />
        <rect x="${left}" width="${right}" height="20" fill="${color}" />
      </g>
      <g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif"
        font-size="11">${text(PADDING / 2, name)}${text(left + PADDING / 2, value)}</g>
    </svg>
  `;
}
