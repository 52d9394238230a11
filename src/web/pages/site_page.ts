/** The page of one site at one location: state, history and failures. */
import { html } from "hono/html";
import { stateOf } from "../../report/site_state.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { Alert } from "../../status/alert_store.ts";
import {
  type Coverage,
  type Incident,
  type SiteHistory,
  type SiteStatus,
  UPTIME_WINDOWS_DAYS,
} from "../../status/queries.ts";
import { alone } from "../../status/whole_incidents.ts";
import { workAt } from "../../status/planned_work.ts";
import { unknownMsOf } from "../../status/uptime.ts";
import type { View } from "../live/status_source.ts";
import { currentAnnouncements, type Look } from "../look.ts";
import type { LocationHistory } from "../site_lookup.ts";
import { alertsSection } from "./alerts_part.ts";
import { latencyChart } from "./latency_chart.ts";
import {
  ago,
  definition,
  exactly,
  externalLink,
  type Html,
  labelName,
  loadedWhenOpened,
  locationMark,
  note,
  stateBadge,
  viewLinks,
} from "./markup.ts";
import { segmentOf, sitePath } from "../../report/site_path.ts";
import { notices } from "./notices.ts";
import { percentText, uptimeWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { timeZone } from "../time_zone.ts";
import { pageFrame } from "./page_frame.ts";
import { phaseBar } from "./phase_bar.ts";
import { checkDetails, reportTable } from "./check_details.ts";
import { incidentList } from "./incident_list.ts";
import { sinceSentence, whySentence } from "./status_sentences.ts";
import { detailedUptimeBars } from "./uptime_bars.ts";
import { announcedWork, workSection } from "./work_part.ts";

/** Choices for the days of response times. */
export const LATENCY_CHOICES_DAYS = [1, 7, 30, 90] as const;

/** Incidents of the page, the newest; their own page has the others. */
const INCIDENTS_SHOWN_MAX = 50;

/** From here on the end of a certificate is highlighted. */
const CERTIFICATE_SOON_DAYS = 14;

export interface SitePageOptions extends LocationHistory {
  readonly look: Look;
  readonly view: View;
  readonly latencyDays: number;
  /** Of 90 days at this location, the newest first. */
  readonly incidents: readonly Incident[];
  /** Of the same time, and open ones. */
  readonly alerts: readonly Alert[];
  /** The site at every location. */
  readonly locations: readonly SiteStatus[];
}

/** The way from a site's page to the overview. */
export const ROOT = "../";

const CHART_ASSETS = html`<link rel="stylesheet" href="${ROOT}assets/uplot.css">
<script src="${ROOT}assets/uplot.js" defer></script>
<script type="module" src="${ROOT}assets/chart.js"></script>`;

/** The whole document. */
export function sitePage(options: SitePageOptions): Html {
  const { look, view, history, incidents, alerts, latencyDays, locations } = options;
  const t = texts();
  const { now } = view;
  const { status } = history;
  const feed = `${ROOT}${sitePath(status.site)}.atom`;
  const segment = segmentOf(status.site);
  const head = html`<link rel="alternate" type="application/atom+xml" href="${feed}" title="${
    t.changesOf(status.site)
  }">
${look.isPublic || history.latency.length === 0 ? "" : CHART_ASSETS}`;
  return pageFrame(
    { look, root: ROOT, heading: status.site, head, view },
    html`
      <nav class="crumbs" aria-label="${t.breadcrumb}"><a href="${ROOT}">${t.allSites}</a></nav>
      ${notices(
        [
          ...currentAnnouncements(look, { now, site: status.site }),
          ...announcedWork(view, status.site),
        ],
        timeZone(look),
      )}
      ${heading(options)}
      ${locations.length > 1 ? locationTabs(status, locations) : ""}
      ${alertsSection(
        alerts.filter(({ ended_at }) => ended_at === null),
        { root: ROOT, zone: timeZone(look) },
      )}
      ${workSection(workAt(view.work, status.site), timeZone(look))}
      ${uptimeTiles(options)}
      ${look.isPublic ? "" : html`<section><h2>${t.responseTime}</h2>
      ${dayTabs(options)}
      ${latencyChart(history.latency, { days: latencyDays, now, incidents, zone: timeZone(look) })}
      ${figuresOf(options, "latency")}</section>
      ${lastCheck(history, now)}`}
      <section><h2>${t.incidents}</h2>${incidentSection(options)}</section>
      ${look.isPublic
        ? ""
        : html`<section><h2>${t.recentChecks}</h2>${
          reportTable(history.recent, timeZone(look))
        }</section>`}
      <p class="exports"><a href="${feed}">${t.feedOfChanges}</a>
      <a href="${ROOT}badge/${segment}.svg">${t.badge}</a>
      <a href="${ROOT}api/sites/${segment}">JSON</a>
      ${look.isPublic
        ? ""
        : html`<a href="${ROOT}api/sites/${segment}/reports">${t.checksAsJson}</a>`}</p>
    `,
  );
}

/** The tables of the page of figures, by the id that each has there. */
function figuresOf({ history: { status }, latencyDays }: SitePageOptions, id: string): Html {
  const { site, location } = status;
  const query = new URLSearchParams({ location, days: `${latencyDays}` });
  return loadedWhenOpened(texts().asTable, `${segmentOf(site)}/figures?${query}#${id}`);
}

/** The newest with what was seen first, and all of them as a list. */
function incidentSection(
  { look, history: { failures: [newest] }, incidents, alerts }: SitePageOptions,
): Html {
  const [first] = incidents;
  if (first === undefined) return note(texts().noIncidents);
  const isItsReport = newest?.checked_at.getTime() === first.began_at.getTime();
  return html`${
    incidentList(incidents.slice(0, INCIDENTS_SHOWN_MAX).map(alone), {
      root: ROOT,
      zone: timeZone(look),
      alerts,
      isShort: true,
    })
  }
${
    isItsReport
      ? html`<h3>${texts().firstOfNewest}</h3>${checkDetails(newest!, timeZone(look))}`
      : ""
  }`;
}

function heading({ look, view: { now, sites }, history: { status } }: SitePageOptions): Html {
  const { site, location, url, stale, since, checked_at, labels } = status;
  const state = stateOf(status);
  // A public page has no locations, each of which would have a state of its own.
  const whole = look.isPublic ? sites.find((one) => one.site === site) : undefined;
  const labelled = Object.entries(labels).map(([key, value]) =>
    html`<span class="label"><bdi>${
      labelName(key, look)
    }</bdi>${texts().colon}<bdi>${value}</bdi></span>`
  );
  return html`<section class="sitehead ${state}" data-site="${site}" data-location="${location}">
<div class="what"><h1><bdi>${site}</bdi></h1>${stateBadge(state, whole?.isPartial)}</div>
${url === "" ? "" : html`<p>${externalLink(url)}</p>`}
${whySentence(status)}
<p class="facts">${sinceSentence(status, now)}
${
    since === null || stale
      ? ""
      : html`<span>${texts().since} ${exactly(since, timeZone(look))}</span>`
  }
${
    look.isPublic
      ? ""
      : html`<span>${texts().checked} <span class="checked">${ago(checked_at, now)}</span></span>`
  }
${labelled}</p>
</section>`;
}

function locationTabs({ site, location }: SiteStatus, locations: readonly SiteStatus[]): Html {
  const links = locations.map((status) => ({
    path: ROOT + sitePath(site, status.location),
    text: locationMark(status),
    isCurrent: status.location === location,
    className: stateOf(status),
  }));
  return viewLinks("tabs", texts().locations, links);
}

function uptimeTiles(options: SitePageOptions): Html {
  const { uptime, days } = options;
  const tiles = UPTIME_WINDOWS_DAYS.map((window) => {
    const coverage = uptime?.windows[window];
    const text = uptimeWords(coverage);
    const [, part, rest] = /^(\S+ %) (.+)$/.exec(text) ?? ["", text];
    return definition(
      windowText(window),
      html`${part} <small>${rest ?? knownText(coverage)}</small>`,
    );
  });
  return html`
    <section>
      <h2>${texts().uptime}</h2>
      <dl class="tiles">${tiles}</dl>
      <div class="bars90 wide">${detailedUptimeBars(days)}
    <p class="barsfoot"><span>${texts().daysAgo(90)}</span><span>${texts().today}</span></p></div>
      ${figuresOf(options, "days")}
    </section>
  `;
}

/** How much of a span is unknown, never rounded to none. */
function knownText(coverage: Coverage | undefined): string {
  const unknown = coverage === undefined ? 1 : unknownMsOf(coverage) / coverage.windowMs;
  if (unknown === 0) return texts().fullyKnown;
  return unknown < 0.0001
    ? texts().littleUnknown(percentText(0.0001))
    : texts().partUnknown(percentText(unknown));
}

function dayTabs({ history: { status }, locations, latencyDays }: SitePageOptions): Html {
  const base = ROOT + sitePath(status.site, locations.length > 1 ? status.location : undefined);
  const joint = base.includes("?") ? "&" : "?";
  const links = LATENCY_CHOICES_DAYS.map((days) => ({
    path: `${base}${joint}days=${days}`,
    text: windowText(days),
    isCurrent: days === latencyDays,
  }));
  return viewLinks("tabs", texts().timeSpan, links);
}

export function windowText(days: number): string {
  return texts().days(days);
}

function lastCheck({ status, recent }: SiteHistory, now: Date): Html {
  const { timings, remote_address, response_code, response_time, attempts } = status;
  const issuer = recent.map(({ certificate_issuer }) => certificate_issuer).find((it) => it);
  const tries = attempts > 1 ? ` ${texts().attempts(attempts)}` : "";
  return html`<section><h2>${texts().lastCheck}</h2>
${timings === null ? "" : phaseBar(timings)}
<dl class="pairs">
${definition(texts().responseTime, `${response_time} ms${tries}`)}
${definition(texts().status, response_code ?? texts().noResponse)}
${remote_address === null ? "" : definition(texts().address, html`<bdi>${remote_address}</bdi>`)}
${certificate(status, now)}
${issuer ? definition(texts().issuedBy, html`<bdi>${issuer}</bdi>`) : ""}
</dl></section>`;
}

function certificate({ certificate_expires_at: end }: SiteStatus, now: Date): Html {
  if (end === null) return html``;
  const days = (end.getTime() - now.getTime()) / DAY_MS;
  const length = daysText(Math.abs(days));
  const words = days < 0 ? texts().expired(length) : texts().expires(length);
  const date = end.toISOString().slice(0, 10);
  return html`
    <div>
      <dt>${texts().certificate}</dt>
      <dd ${days < CERTIFICATE_SOON_DAYS
        ? html`class="soon"`
        : ""}>${words} <small>(${date})</small></dd>
    </div>
  `;
}

function daysText(days: number): string {
  return texts().daysLeft(Math.floor(days));
}
