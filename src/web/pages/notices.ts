/** What readers are told above the verdict, beside what was measured: announcements. */
import { html } from "hono/html";
import type { Announcement } from "../../runtime/public_page.ts";
import { texts } from "../texts/texts.ts";
import type { TimeZone } from "../time_zone.ts";
import { exactly, type Html } from "./markup.ts";

/** The state whose color each has. */
const COLORS: Readonly<Record<Announcement["type"], string>> = {
  info: "inconclusive",
  maintenance: "degraded",
  outage: "down",
};

/** Nothing when there is nothing to tell. */
export function notices(announcements: readonly Announcement[], zone: TimeZone): Html {
  if (announcements.length === 0) return html``;
  return html`<section class="notices" aria-label="${texts().announcements}">${
    announcements.map((one) => noticeOf(one, zone))
  }</section>`;
}

function noticeOf(
  { type, text, from, until, sites }: Announcement,
  zone: TimeZone,
): Html {
  const times = [
    from === undefined ? "" : html`
      <span>${texts().from} ${exactly(from, zone)}</span>
    `,
    until === undefined ? "" : html`
      <span>${texts().until} ${exactly(until, zone)}</span>
    `,
  ];
  return html`
    <div
      class="notice ${COLORS[type]}"><h2>${texts().notices[type]}${sites === undefined
        ? ""
        : html`${texts().colon}<bdi>${
          sites.join(", ")
        }</bdi>`}</h2><p class="text">${text}</p>${from === undefined && until === undefined
        ? ""
        : html`<p class="facts">${times}</p>`}</div>
  `;
}
