/** The page of one site at one location: state, history and failures. */
import { DAY_MS } from "../../runtime/time_units.ts";
import { html } from "hono/html";
import { percent } from "../../status/uptime.ts";
import {
  type DayCoverage,
  type SiteHistory,
  type SiteStatus,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
} from "../../status/queries.ts";
import { unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import type { View } from "../live/status_cache.ts";
import { latencyChart } from "./latency_chart.ts";
import { ago, externalLink, type Html, sitePath, stateBadge, utc } from "./markup.ts";
import { pageFrame } from "./page_frame.ts";
import { phaseBar } from "./phase_bar.ts";
import { failureList, reportTable, transitionTable } from "./site_events.ts";
import { stateOf } from "../../report/site_state.ts";
import { sinceSentence, whySentence } from "./status_sentences.ts";
import { dayTable, detailedUptimeBars } from "./uptime_bars.ts";

/** Choices for the days of response times. */
export const LATENCY_CHOICES_DAYS = [1, 7, 30, 90] as const;

/** From here on the end of a certificate is highlighted. */
const CERTIFICATE_SOON_DAYS = 14;

export interface SitePageOptions {
  readonly title: string;
  readonly view: Pick<View, "failingSince" | "now">;
  readonly history: SiteHistory;
  readonly uptime: SiteUptime | undefined;
  readonly days: readonly DayCoverage[];
  readonly latencyDays: number;
  /** Where the site is checked from. */
  readonly locations: readonly string[];
}

/** The whole document. */
export function sitePage(options: SitePageOptions): Html {
  const { title, view: { failingSince, now }, history, locations } = options;
  const { status } = history;
  const feed = `${sitePath(status.site)}.atom`;
  const head =
    html`<link rel="alternate" type="application/atom+xml" href="${feed}" title="Changes of ${status.site}">
<link rel="stylesheet" href="/assets/uplot.css">
<script src="/assets/uplot.js" defer></script>
<script type="module" src="/assets/chart.js"></script>`;
  return pageFrame(
    { title, heading: status.site, head, failingSince, now },
    html`
      <nav class="crumbs" aria-label="Breadcrumb"><a href="/">All sites</a></nav>
      ${heading(status, now)}
      ${locations.length > 1 ? locationTabs(status, locations) : ""}
      ${uptimeTiles(options)}
      <section><h2>Response time</h2>
      ${dayTabs(options)}
      ${latencyChart(history.latency, { days: options.latencyDays, now })}</section>
      ${lastCheck(history, now)}
      <section><h2>Changes</h2>${transitionTable(history.transitions, now)}</section>
      <section><h2>Recent failures</h2>${failureList(history.failures, now)}</section>
      <section><h2>Recent checks</h2>${reportTable(history.recent)}</section>
      <p class="exports"><a href="${feed}">Feed of changes</a>
      <a href="/badge/${encodeURIComponent(status.site)}.svg">Badge</a>
      <a href="/api/sites/${encodeURIComponent(status.site)}">JSON</a>
      <a href="/api/sites/${encodeURIComponent(status.site)}/reports">Recent checks as JSON</a></p>
    `,
  );
}

function heading(status: SiteStatus, now: Date): Html {
  const { site, location, url, stale, since, checked_at, labels } = status;
  const state = stateOf(status);
  return html`<section class="sitehead ${state}" data-site="${site}" data-location="${location}">
<div class="what"><h1><bdi>${site}</bdi></h1>${stateBadge(state)}</div>
<p>${externalLink(url)}</p>
${whySentence(status)}
<p class="facts">${sinceSentence(status, now)}
${since === null || stale ? "" : html`<span>since ${utc(since)}</span>`}
<span>checked <span class="checked">${ago(checked_at, now)}</span></span>
${
    Object.entries(labels).map(([key, value]) =>
      html`<span class="label"><bdi>${key}</bdi>: <bdi>${value}</bdi></span>`
    )
  }</p>
</section>`;
}

function locationTabs({ site, location }: SiteStatus, locations: readonly string[]): Html {
  return html`<nav class="tabs" aria-label="Locations">${
    locations.map((name) =>
      html`<a href="${sitePath(site, name)}" ${
        name === location ? html`aria-current="page"` : ""
      }><bdi>${name}</bdi></a>`
    )
  }</nav>`;
}

function uptimeTiles({ uptime, days }: SitePageOptions): Html {
  return html`
    <section>
      <h2>Uptime</h2>
      <dl class="tiles">${UPTIME_WINDOWS_DAYS.map((window) => {
        const coverage = uptime?.windows[window];
        const unknown = coverage === undefined ? 1 : unknownMsOf(coverage) / coverage.windowMs;
        return html`
          <div>
            <dt>${window === 1 ? "24 hours" : `${window} days`}</dt>
            <dd>${percent(coverage === undefined ? null : uptimeOf(coverage))}
          <small>${unknown < 0.0005 ? "fully known" : `${percent(unknown)} unknown`}</small></dd>
          </div>
        `;
      })}</dl>
      <div class="bars90 wide">${detailedUptimeBars(days)}
    <p class="barsfoot"><span>90 days ago</span><span>today</span></p></div>
      <details><summary>Show as table</summary>${dayTable(days)}</details>
    </section>
  `;
}

function dayTabs({ history: { status }, locations, latencyDays }: SitePageOptions): Html {
  const base = sitePath(status.site, locations.length > 1 ? status.location : undefined);
  const joint = base.includes("?") ? "&" : "?";
  return html`<nav class="tabs" aria-label="Time span">${
    LATENCY_CHOICES_DAYS.map((days) =>
      html`<a href="${base}${joint}days=${days}" ${
        days === latencyDays ? html`aria-current="page"` : ""
      }>${days === 1 ? "24 hours" : `${days} days`}</a>`
    )
  }</nav>`;
}

function lastCheck({ status, recent }: SiteHistory, now: Date): Html {
  const { timings, remote_address, response_code, response_time, attempts } = status;
  const issuer = recent.find(({ certificate_issuer }) => certificate_issuer !== null)
    ?.certificate_issuer;
  return html`<section><h2>Last check</h2>
${timings === null ? "" : phaseBar(timings)}
<dl class="pairs">
<div><dt>Response time</dt><dd>${response_time} ms${
    attempts > 1 ? ` in ${attempts} attempts` : ""
  }</dd></div>
<div><dt>Status</dt><dd>${response_code ?? "no response"}</dd></div>
${
    remote_address === null ? "" : html`
      <div>
        <dt>Address</dt>
        <dd><bdi>${remote_address}</bdi></dd>
      </div>
    `
  }
${certificate(status, now)}
${
    issuer
      ? html`
        <div>
          <dt>Issued by</dt>
          <dd><bdi>${issuer}</bdi></dd>
        </div>
      `
      : ""
  }
</dl></section>`;
}

function certificate({ certificate_expires_at: end }: SiteStatus, now: Date): Html {
  if (end === null) return html``;
  const days = (end.getTime() - now.getTime()) / DAY_MS;
  const length = daysText(Math.abs(days));
  const words = days < 0 ? `expired ${length} ago` : `expires in ${length}`;
  return html`
    <div>
      <dt>Certificate</dt>
      <dd ${days < CERTIFICATE_SOON_DAYS ? html`class="soon"` : ""}>${words} <small>(${end
        .toISOString().slice(0, 10)})</small></dd>
    </div>
  `;
}

function daysText(days: number): string {
  if (days < 1) return "less than a day";
  return days < 2 ? "1 day" : `${Math.floor(days)} days`;
}
