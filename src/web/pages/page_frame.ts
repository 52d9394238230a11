/** The frame of every page: head, header, live region, footer. */
import { html } from "hono/html";
import { VERSION } from "../../runtime/version.ts";
import type { View } from "../live/status_source.ts";
import type { Look } from "../look.ts";
import { texts } from "../texts/texts.ts";
import { timeZone } from "../time_zone.ts";
import { type Html, lasting } from "./markup.ts";

export interface FrameOptions {
  readonly look: Look;
  /** The way from this page to the overview: `./` or `../`. */
  readonly root: string;
  /** The heading of this page, shown before the title; the title alone when absent. */
  readonly heading?: string;
  /** Additional elements of the head: feeds, scripts. */
  readonly head?: Html;
  /** The state that the page shows; absent where it shows none. */
  readonly view: Pick<View, "failingSince" | "now"> & Partial<Pick<View, "version">>;
}

/** A whole document around `content`. */
export function pageFrame(options: FrameOptions, content: Html): Html {
  const { look, root, heading, head = html``, view: { failingSince, now, version } } = options;
  const { title } = look;
  const zone = timeZone(look);
  const t = texts();
  return html`
    <!doctype html>
    <html lang="${look.locale ?? "en"}">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${heading === undefined ? title : `${heading} · ${title}`}</title>
    <link rel="stylesheet" href="${root}assets/page.css">
    ${look.accent === undefined
      ? ""
      : html`<link rel="stylesheet" href="${root}assets/accent.css">`}
    <link rel="alternate" type="application/atom+xml" href="${root}feed.atom" title="${title}">
    <link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
    ${head}
    <script type="module" src="${root}assets/page.js"></script>
      </head>
      <body>
        <a class="skip" href="#content">${t.skip}</a>
        <header class="top">
          <a class="brand" href="${root}">${look.logo === undefined
            ? ""
            : html`<img src="${root}assets/logo.svg" alt="" height="32">`}${title}</a>
          <span id="live" class="live" hidden></span>
          <nav class="views" aria-label="${t.views}"><a href="${root}incidents">${t.incidents}</a>
    <a href="${root}history">${t.history}</a></nav>
        </header>
        <main id="content" tabindex="-1" ${dataVersion(version)}>
    ${failingSince === undefined ? "" : failureNote(failingSince, now)}
    ${content}
        </main>
        <p id="news" class="visually-hidden" role="status" aria-live="polite"></p>
        <p id="tip" role="status"></p>
        <footer>
          <nav aria-label="${t.more}">
            ${(look.links ?? []).map(({ text, url }) =>
              html`<a href="${url}" rel="noreferrer noopener">${text}</a>`
            )}
            <a href="${root}feed.atom">${t.feed}</a>
            <a href="${root}api/status">JSON</a>
            <a href="${root}api/openapi.json">API</a>
          </nav>
          ${look.footer === undefined ? "" : html`<span>${look.footer}</span>`}
          <span>${t.monitoredBy(VERSION)}
    ${zone.name === "UTC" ? t.timesAreUtc : t.timesAreIn(zone.name)}
    <noscript>${t.asOf(zone.exact(now))}</noscript></span>
        </footer>
      </body>
    </html>
  `;
}

/** By which page.js sees that the page is not the newest. */
function dataVersion(version: number | undefined): Html {
  return version === undefined ? html`` : html`data-version="${version}"`;
}

function failureNote(since: Date, now: Date): Html {
  return html`<p class="note stale" role="alert"><strong>${texts().outOfDate}</strong>
${texts().silentFor} ${lasting(since, now)}.</p>`;
}
