/** The overview page: a verdict over all sites, a search, and the sites in their groups. */
import { html } from "hono/html";
import { type SiteState, stateOf, STATES } from "../../report/site_state.ts";
import { type DayCoverage, keyOf, type SiteStatus } from "../../status/queries.ts";
import type { View } from "../live/status_source.ts";
import { currentAnnouncements, type Look } from "../look.ts";
import { uptimeWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { SEARCH_LENGTH_MAX, type WholeSite } from "../../status/whole_sites.ts";
import {
  ago,
  type Html,
  labelName,
  lasting,
  locationMark,
  note,
  stateBadge,
  stateText,
  viewLinks,
} from "./markup.ts";
import { alertsSection, channelWarning } from "./alerts_part.ts";
import type { Cause } from "./causes.ts";
import {
  type Counts,
  type Group,
  type Overview,
  type OverviewQuery,
  ROWS,
  type Verdict,
} from "./overview.ts";
import { notices } from "./notices.ts";
import { sitePath } from "../../report/site_path.ts";
import { timeZone } from "../time_zone.ts";
import { pageFrame } from "./page_frame.ts";
import { sinceSentence, whySentence } from "./status_sentences.ts";
import { announcedWork, workSection } from "./work_part.ts";
import { uptimeBars } from "./uptime_bars.ts";

/** Causes that the verdict names. */
const CAUSES_SHOWN_MAX = 5;
/** Names of a cause; the others are found by the state. */
const CAUSE_SITES_SHOWN_MAX = 100;

export interface OverviewPageOptions {
  readonly look: Look;
  readonly view: View;
  readonly query: OverviewQuery;
  readonly overview: Overview;
  /** The bars of the sites on this page, by {@linkcode keyOf}. */
  readonly days: ReadonlyMap<string, readonly DayCoverage[]>;
}

/** The whole document. */
export function overviewPage(options: OverviewPageOptions): Html {
  const { look, view, overview } = options;
  const { failingSince } = view;
  const isCalm = overview.counts.up === overview.total;
  return pageFrame(
    { look, root: "./", ...(isCalm ? {} : { heading: verdictText(overview.verdict) }), view },
    html`
      ${notices(
        [...currentAnnouncements(look, { now: view.now }), ...announcedWork(view)],
        timeZone(look),
      )}
      ${channelWarning(view.channels)}
      ${verdict(options)}
      ${alertsSection(view.alerts, { root: "./", zone: timeZone(look), hasSites: true })}
      ${overview.total === 0 ? nothingYet(failingSince) : sites(options)}
      ${workSection(view.work, timeZone(look))}
    `,
  );
}

/** One sentence on all sites, the worst state first. */
export function verdictText(verdict: Verdict | undefined): string {
  const t = texts();
  if (verdict === undefined) return t.noneYet;
  const { worst, count, isPartial, othersInPart, total } = verdict;
  if (worst === "up") return total === 1 ? t.oneUp : t.allUp(total);
  const word = stateText({ state: worst, isPartial }).toLowerCase();
  const words = total === 1 ? t.oneSite(word) : t.someSites(count, total, word);
  return othersInPart === 0 ? words : `${words}, ${t.inPart(othersInPart)}`;
}

/** A verdict that may be out of date is gray. */
function verdict(options: OverviewPageOptions): Html {
  const { overview, query, view: { failingSince, now } } = options;
  const isOld = failingSince !== undefined;
  const worst = overview.verdict?.worst ?? "inconclusive";
  const words = verdictText(overview.verdict);
  const heading = overview.total === 0
    ? texts().noDataYet
    : `${texts().lastKnown}${texts().colon}${words}`;
  return html`
    <section class="verdict ${isOld ? "stale" : worst}">
      <h1 data-last-known="${texts().lastKnown}${texts().colon}">${isOld ? heading : words}</h1>
      ${overview.total > 1 ? stateLinks(overview, query) : ""}
      ${overview.total > 1 ? causeList(overview, now) : ""}
    </section>
  `;
}

/** A line for each cause, the newest first; the sites of one are names that can be opened. */
function causeList({ causes }: Overview, now: Date): Html {
  if (causes.length === 0) return html``;
  const lines = causes.slice(0, CAUSES_SHOWN_MAX).map((cause) =>
    html`<li class="${cause.state}">${causeLine(cause, now)}</li>`
  );
  const others = causes.length - lines.length;
  return html`<ul class="causes">${lines}${
    others > 0 ? html`<li>${texts().otherCauses(others)}</li>` : ""
  }</ul>`;
}

function causeLine({ words, since, sites }: Cause, now: Date): Html {
  const time = since === undefined ? "" : html`, ${texts().lasting} ${lasting(since, now)}`;
  const links = sites.slice(0, CAUSE_SITES_SHOWN_MAX).map(({ site }) =>
    html`<li><a href="${sitePath(site)}"><bdi>${site}</bdi></a></li>`
  );
  if (sites.length === 1) {
    return html`${words}${texts().colon}<a href="${sitePath(sites[0]!.site)}"><bdi>${
      sites[0]!.site
    }</bdi></a>${time}`;
  }
  const others = sites.length - links.length;
  return html`
    <details>
      <summary>${words}${texts().colon}${texts().countOfSites(sites.length)}${time}</summary>
      <ul class="names">${links}${others > 0 ? html`<li>${texts().andMore(others)}</li>` : ""}</ul>
    </details>
  `;
}

/** Each state with its count, as a link to its sites. */
function stateLinks({ counts, by }: Overview, { state: chosen, rows }: OverviewQuery): Html {
  const states = STATES.filter((state) => counts[state] > 0 || state === chosen);
  const links = states.map((state) => ({
    path: queryPath({ by, state, rows }),
    text: countText(counts, state),
    isCurrent: state === chosen,
    className: state,
  }));
  const all = { path: queryPath({ by, rows }), text: texts().showAll, isCurrent: false };
  return viewLinks("states", texts().byState, chosen === undefined ? links : [...links, all]);
}

/** `1 down, 2 stale, 9 up`. */
function countsText(counts: Counts): string {
  return STATES.filter((state) => counts[state] > 0).map((state) => countText(counts, state))
    .join(" · ");
}

function countText(counts: Counts, state: SiteState): string {
  return texts().counted(counts[state], texts().states[state].toLowerCase());
}

function nothingYet(failingSince: Date | undefined): Html {
  if (failingSince !== undefined) return html``;
  return note(texts().firstResults);
}

function sites(options: OverviewPageOptions): Html {
  const { overview, query } = options;
  return html`${overview.total === 1 ? "" : searchForm(options)}
${query.only === undefined ? "" : groupFilter(options, query.only)}
${overview.found > 1 ? rowLinks(overview, query) : ""}
<div id="sites">
${overview.groups.map((group) => groupSection(group, options))}
${nothingFound(overview, query)}
</div>
${pager(overview, query)}`;
}

function searchForm({ look, overview, query }: OverviewPageOptions): Html {
  const { keys, by, total } = overview;
  const { search, all, only, state, rows } = query;
  const choices = [...keys, ""].map((key) =>
    html`<option value="${key}" ${key === by ? html`selected` : ""}>${
      key === "" ? texts().nothing : labelName(key, look)
    }</option>`
  );
  return html`<form class="search" role="search" action="./" method="get">
<label class="grow"><span class="visually-hidden">${texts().searchSites}</span>
<input type="search" name="q" value="${search}" maxlength="${SEARCH_LENGTH_MAX}"
 placeholder="${texts().searchCount(total)}" autocomplete="off" spellcheck="false"></label>
${
    keys.length === 0
      ? ""
      : html`<label>${texts().groupBy} <select name="by">${choices}</select></label>`
  }
${all ? html`<input type="hidden" name="show" value="all">` : ""}
${only === undefined ? "" : html`<input type="hidden" name="in" value="${only}">`}
${state === undefined ? "" : html`<input type="hidden" name="state" value="${state}">`}
${rows === undefined ? "" : html`<input type="hidden" name="rows" value="${rows}">`}
<button>${texts().show}</button>
</form>`;
}

/** The switch between rows of one line and full ones. */
function rowLinks({ rows: shown, by }: Overview, query: OverviewQuery): Html {
  const links = ROWS.map((rows) => ({
    path: viewPath({ ...query, rows }, by),
    text: rows === "compact" ? texts().compactRows : texts().fullRows,
    isCurrent: rows === shown,
  }));
  return viewLinks("rows", texts().rows, links);
}

/** The one group that is shown, and a link back to all of them. */
function groupFilter({ look, overview: { by } }: OverviewPageOptions, only: string): Html {
  const label = html`<bdi>${labelName(by, look)}</bdi>`;
  const group = only === "" ? html`${texts().sitesWithout} ${label}` : html`
    ${label}${texts().colon}<strong><bdi>${only}</bdi></strong>
  `;
  return html`<p class="filter">${group} <a href="${
    queryPath({ by })
  }">${texts().allGroups}</a></p>`;
}

function groupSection(group: Group, options: OverviewPageOptions): Html {
  const { look, overview } = options;
  const isOnly = overview.by === "" || overview.keys.length === 0;
  const name = isOnly
    ? texts().sites
    : group.name === ""
    ? texts().without(labelName(overview.by, look))
    : group.name;
  const hidden = overview.showsProblemsOnly ? group.counts.up : 0;
  const path = queryPath({ ...(!isOnly && { by: overview.by, in: group.name }), show: "all" });
  const showAll = html`<a href="${path}">${texts().showAll}<span class="visually-hidden"> ${
    texts().inGroup(name)
  }</span></a>`;
  const rows = group.sites.map((status) => siteRow(status, options));
  return html`<section class="group" aria-labelledby="${groupId(group)}">
<div class="grouphead"><h2 id="${groupId(group)}"><bdi>${name}</bdi></h2>
<p>${countsText(group.counts)} ${hidden === 0 ? "" : showAll}</p></div>
${rows.length === 0 ? "" : html`<ul class="sites ${overview.rows}">${rows}</ul>`}
</section>`;
}

function groupId({ name }: Group): string {
  return `group-${encodeURIComponent(name)}`;
}

function siteRow(whole: WholeSite, { look, overview, view, days }: OverviewPageOptions): Html {
  const { site, state, lead: status } = whole;
  const { location } = status;
  const uptime = uptimeWords(view.uptimes.get(keyOf(status))?.windows[90]);
  const bars = days.get(keyOf(status));
  return html`<li class="site ${state}" data-site="${site}" data-location="${location}">
<div class="what">
<h3><a href="${sitePath(site)}"><bdi>${site}</bdi></a></h3>
${stateBadge(state, whole.isPartial)}
${overview.hasLocations && (overview.rows === "full" || !agrees(whole)) ? locationStrip(whole) : ""}
</div>
<div class="bars90">${bars === undefined ? "" : uptimeBars(bars)}
<p class="barsfoot"><span>${
    texts().days(90)
  }</span><span>${uptime}<span class="visually-hidden"> ${texts().uptime}</span>
</span></p></div>
<p class="facts">${sinceSentence(status, view.now)}
${look.isPublic ? "" : lastCheckFacts(status, view.now)}</p>
${whySentence(status)}
</li>`;
}

function lastCheckFacts(
  { response_code, response_time, checked_at }: SiteStatus,
  now: Date,
): Html {
  return html`<span>${
    response_code === null ? texts().noResponse : html`<span class="ms">${response_time}</span> ms`
  }</span>
<span>${texts().checked} <span class="checked">${ago(checked_at, now)}</span></span>`;
}

/** True when every location finds the site as its badge says, which is enough for a line. */
function agrees({ state, locations }: WholeSite): boolean {
  return locations.every((status) => stateOf(status) === state);
}

/** Each location with its state: `✕ fra ✓ gru ✓ iad`. */
function locationStrip({ site, locations }: WholeSite): Html {
  return html`<p class="strip">${
    locations.map((status) =>
      html`<a class="${stateOf(status)}" href="${sitePath(site, status.location)}">${
        locationMark(status)
      }</a>`
    )
  }</p>`;
}

function nothingFound(
  { found, showsProblemsOnly, groups }: Overview,
  { search, state }: OverviewQuery,
): Html {
  const t = texts();
  if (found === 0) {
    const [having, inIts] = t.hasWords;
    const asked = [
      ...state === undefined ? [] : [html`${t.states[state].toLowerCase()}`],
      ...search === "" ? [] : [html`${having} <strong><bdi>${search}</bdi></strong> ${inIts}`],
    ];
    const list = asked.map((part, index) => html`${index === 0 ? t.colon : ", "}${part}`);
    return note(html`${t.noSite}${list}. <a href="./">${t.showAllSites}</a>`);
  }
  const isCalm = showsProblemsOnly && groups.every(({ sites }) => sites.length === 0);
  return isCalm ? note(t.everySiteUp) : html``;
}

function pager({ page, pages, by }: Overview, query: OverviewQuery): Html {
  if (pages === 1) return html``;
  const path = (to: number) => viewPath({ ...query, page: to }, by);
  return html`<nav class="pager" aria-label="${texts().pages}">
${page > 1 ? html`<a rel="prev" href="${path(page - 1)}">${texts().previous}</a>` : ""}
<span>${texts().pageOf(page, pages)}</span>
${page < pages ? html`<a rel="next" href="${path(page + 1)}">${texts().next}</a>` : ""}
</nav>`;
}

/** The address of the same view with something changed. */
function viewPath(query: OverviewQuery, by: string): string {
  const { search, only, state, rows, all, page } = query;
  return queryPath({
    q: search || undefined,
    by,
    in: only,
    state,
    rows,
    show: all ? "all" : undefined,
    page: page > 1 ? `${page}` : undefined,
  });
}

function queryPath(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry) => entry[1] !== undefined);
  return `./?${new URLSearchParams(given as [string, string][])}`;
}
