/** Alerts on the pages: what is open, who takes care of it, and channels that nothing gets through. */
import { html } from "hono/html";
import { sitePath } from "../../report/site_path.ts";
import type { Alert, AlertKind, ChannelState } from "../../status/alert_store.ts";
import type { Incident } from "../../status/queries.ts";
import { OPEN_ALERTS_MAX } from "../live/status_cache.ts";
import { texts } from "../texts/texts.ts";
import type { TimeZone } from "../time_zone.ts";
import { eventTable, folded, type Html, moment, note, stateBadge } from "./markup.ts";

/** Alerts of a list. */
const LISTED_MAX = 100;
/** Alerts that are visible without a click. */
const OPEN_MAX = 8;

export interface AlertListOptions {
  /** The way to the overview. */
  readonly root: string;
  readonly zone: TimeZone;
  /** Names the site of each. */
  readonly hasSites?: boolean;
}

/** What is told or held back now; nothing when no alert is open. */
export function alertsSection(
  alerts: readonly Alert[],
  { root, zone, hasSites = false }: AlertListOptions,
): Html {
  if (alerts.length === 0) return html``;
  const t = texts();
  const isMore = alerts.length > OPEN_ALERTS_MAX;
  const title = t.openAlerts(Math.min(alerts.length, OPEN_ALERTS_MAX), isMore);
  const titles = [...(hasSites ? [t.site] : []), t.alert, `${t.sinceWhen} (${zone.name})`, t.state];
  const rows = alerts.toSorted((a, b) => Number(isHeld(a)) - Number(isHeld(b)))
    .slice(0, LISTED_MAX).map((alert) => [
      ...(hasSites ? [subject(alert, root)] : []),
      html`${kindMark(alert.kind)} <bdi>${alert.severity}</bdi> ${runbook(alert)}`,
      moment(alert.began_at, zone),
      alertState(alert),
    ]);
  const others = rows.slice(OPEN_MAX);
  return html`<section aria-labelledby="alerts"><h2 id="alerts">${title}</h2>
${eventTable(titles, rows.slice(0, OPEN_MAX))}
${others.length === 0 ? "" : folded(t.andMore(others.length), eventTable(titles, others))}
${alerts.length > LISTED_MAX ? note(t.onlyFirst(LISTED_MAX)) : ""}</section>`;
}

function isHeld({ suppressed_by }: Alert): boolean {
  return suppressed_by !== null;
}

function subject({ site, location }: Alert, root: string): Html {
  if (site === null) return html`${texts().location} <bdi>${location}</bdi>`;
  return html`<a href="${root}${sitePath(site)}"><bdi>${site}</bdi></a>`;
}

function kindMark(kind: AlertKind): Html {
  switch (kind) {
    case "certificate_soon":
    case "location":
    case "unknown":
      return html`${texts().alertKinds[kind]}`;
    default:
      return stateBadge(kind);
  }
}

/** The label of the site, if it is a link. */
function runbook({ detail: { labels } }: Alert): Html {
  const url = Object.hasOwn(labels, "runbook") ? labels.runbook! : "";
  if (!/^https?:\/\//i.test(url)) return html``;
  return html`<a href="${url}" rel="noreferrer noopener nofollow">${texts().runbook}</a>`;
}

/** Such as `acknowledged by ann, held back by planned work: move`. */
function alertState(alert: Alert): Html {
  const held = heldText(alert);
  if (alert.acked_by === null) return html`${held || texts().firing}`;
  return html`${acknowledgedText(alert, true)}${held && ", "}${held}`;
}

function heldText({ suppressed_by }: Alert): Html | "" {
  if (suppressed_by === null) return "";
  const t = texts();
  const [kind = "", ...name] = suppressed_by.split(":");
  return html`${t.heldBackBy} ${t.heldBack[kind]}${t.colon}<bdi>${name.join(":")}</bdi>`;
}

function acknowledgedText({ acked_by, ack_reason }: Alert, hasReason: boolean): Html {
  const reason = hasReason && ack_reason ? html`${texts().colon}<bdi>${ack_reason}</bdi>` : "";
  return html`${texts().acknowledgedBy} <bdi>${acked_by}</bdi>${reason}`;
}

/** One line on channels that fail or refuse while messages wait for them. */
export function channelWarning(channels: readonly ChannelState[]): Html {
  if (channels.length === 0) return html``;
  const t = texts();
  const lines = channels.map(({ channel, parked_at, error, pending }, index) => {
    const words = parked_at === null ? t.channelFails(pending) : t.channelRefuses(pending);
    const why = error === null ? "" : html`
      (<bdi>${error}</bdi>)
    `;
    return html`${index === 0 ? "" : "; "}<bdi>${channel}</bdi> ${words}${why}`;
  });
  return html`<p class="note stale"><strong>${t.alertsStuck}</strong> ${lines}</p>`;
}

/** The alert of the incident's site that overlaps the incident: one that was acknowledged, if any. */
export function alertOf(
  { site, began_at, ended_at }: Incident,
  alerts: readonly Alert[],
): Alert | undefined {
  const own = alerts.filter((one) =>
    one.site === site && (ended_at === null || one.began_at <= ended_at) &&
    (one.ended_at === null || one.ended_at >= began_at)
  );
  return own.find(({ acked_by }) => acked_by !== null) ?? own[0];
}

/** `alert to ops, acknowledged by ann: on it`, or what held it back before anybody was told. */
export function toldText(
  alert: Alert,
  { hasReason = false }: { readonly hasReason?: boolean } = {},
): Html {
  const { channels, suppressed_by, acked_by } = alert;
  const names = html`<bdi>${channels.join(", ")}</bdi>`;
  const told = suppressed_by !== null && !suppressed_by.startsWith("flapping:")
    ? heldText(alert)
    : channels.length === 0
    ? ""
    : html`${texts().alertTo} ${names}`;
  if (acked_by === null) return html`${told}`;
  return html`${told}${told && ", "}${acknowledgedText(alert, hasReason)}`;
}
