/** Planned work on the pages: ahead of and during it above the verdict, and all of it as a list. */
import { html } from "hono/html";
import { announcedOf, type PlannedWork, workAt } from "../../status/planned_work.ts";
import type { View } from "../live/status_source.ts";
import type { Announcement } from "../../runtime/public_page.ts";
import type { TimeZone } from "../time_zone.ts";
import { texts } from "../texts/texts.ts";
import { eventTable, folded, type Html, moment, note } from "./markup.ts";

/** Announced at once; the list has the others. */
const ANNOUNCED_MAX = 5;
/** Work of a list: one an hour for two days. */
const LISTED_MAX = 50;
/** Work that is visible without a click. */
const OPEN_MAX = 8;
/** Names of sites; the others are counted. */
const NAMES_MAX = 5;

/** As announcements: what is under way or begins within a day, at a site or at any. */
export function announcedWork({ work, now }: View, site?: string): readonly Announcement[] {
  return announcedOf(site === undefined ? work : workAt(work, site), now)
    .slice(0, ANNOUNCED_MAX)
    .map((one) => {
      const { name: text, from, until } = one;
      const names = namesOf(one);
      return { type: "maintenance", text, from, until, ...(names?.length && { sites: names }) };
    });
}

/** Nothing when no work is planned. */
export function workSection(work: readonly PlannedWork[], zone: TimeZone): Html {
  if (work.length === 0) return html``;
  const t = texts();
  const titles = [t.work, t.sites, `${t.fromWhen} – ${t.untilWhen} (${zone.name})`];
  const rows = work.slice(0, LISTED_MAX).map((one) => [
    html`<bdi>${one.name}</bdi>`,
    html`<bdi>${namesOf(one)?.join(", ") ?? t.all}</bdi>`,
    html`${moment(one.from, zone)} – ${moment(one.until, zone)}`,
  ]);
  const later = rows.slice(OPEN_MAX);
  return html`<section aria-labelledby="work"><h2 id="work">${t.plannedWork}</h2>
${eventTable(titles, rows.slice(0, OPEN_MAX))}
${later.length === 0 ? "" : folded(t.later(later.length), eventTable(titles, later))}
${work.length > LISTED_MAX ? note(t.onlyFirst(LISTED_MAX)) : ""}</section>`;
}

function namesOf({ sites }: PlannedWork): readonly string[] | undefined {
  if (sites === undefined || sites.length <= NAMES_MAX) return sites;
  return [...sites.slice(0, NAMES_MAX), `+${sites.length - NAMES_MAX}`];
}
