/** The routes for people: the pages, the feeds, the badges, and the files that pages load. */
import type { Context, Hono } from "hono";
import { DAY_MS, MINUTE_MS } from "../runtime/time_units.ts";
import type { Alert } from "../status/alert_store.ts";
import { announcedOf } from "../status/planned_work.ts";
import { STATES } from "../report/site_state.ts";
import { DAILY_SITES_MAX, keyOf, type MonthCoverage } from "../status/queries.ts";
import { ownAssets } from "./assets/assets.ts";
import { BAR_DAYS, OPEN_ALERTS_MAX } from "./live/status_cache.ts";
import type { StatusSource, View } from "./live/status_source.ts";
import { incidentOf } from "./incident_id.ts";
import {
  LATENCY_DAYS_DEFAULT,
  locationsOf,
  lookUp,
  LookupError,
  nothingIn,
} from "./site_lookup.ts";
import type { Visitor } from "./front.ts";
import type { Look } from "./look.ts";
import { TEXTS } from "./texts/texts.ts";
import { nameIn, sitePath } from "../report/site_path.ts";
import { badge, overallBadge } from "./feeds/badge.ts";
import { feed } from "./feeds/feed.ts";
import { HISTORY_SITES_MAX, historyPage, keptMonths, spanOfMonth } from "./pages/history_page.ts";
import { figuresPage } from "./pages/figures_page.ts";
import { FEED_DAYS, incidentFeed, type IncidentFeedOptions } from "./feeds/incident_feed.ts";
import { incidentPage } from "./pages/incident_page.ts";
import { INCIDENT_CHOICES_DAYS, incidentsPage } from "./pages/incidents_page.ts";
import { latencyStepOf } from "./pages/latency_chart.ts";
import { documentText, type Html } from "./pages/markup.ts";
import { quorumAt, SEARCH_LENGTH_MAX, type WholeSite, wholeSite } from "../status/whole_sites.ts";
import { hasLocations, overviewOf, type OverviewQuery, ROWS, verdictOf } from "./pages/overview.ts";
import { overviewPage } from "./pages/overview_page.ts";
import { LATENCY_CHOICES_DAYS, sitePage, type SitePageOptions } from "./pages/site_page.ts";

const FEED = ".atom";
const FEED_TYPE = "application/atom+xml; charset=utf-8";
const BADGE = ".svg";

/** Days whose incidents are listed unless others are asked for. */
const INCIDENT_DAYS_DEFAULT = 7;

export interface PageOptions {
  readonly source: StatusSource;
  readonly look: Look;
}

export function addPages(app: Hono, options: PageOptions): void {
  const { source, look } = options;
  const assets = ownAssets({ ...look, texts: TEXTS[look.locale ?? "en"].script });
  addIncidents(app, options);
  addHistory(app, options);
  addBadges(app, options);
  const shared = new WeakMap<View, Promise<string>>();
  app.get("/", async (context) => {
    const view = await source.view();
    const query = overviewQuery(context);
    // When a site goes down, every open page reloads in the same second.
    const isShared = Object.keys(context.req.query()).length === 0;
    const known = isShared ? shared.get(view) : undefined;
    const text = known ?? firstPage(view, query, options);
    if (isShared) shared.set(view, text);
    return await context.html(await text);
  });
  app.get("/sites/:name", async (context) => {
    const segment = context.req.param("name");
    const name = nameIn(segment);
    const view = await source.view();
    // A site's name may end in .atom; then its page is meant.
    const isFeed = name.endsWith(FEED) && locationsOf(view, name).length === 0;
    const question = {
      ...options,
      view,
      name: isFeed ? nameIn(segment.slice(0, -FEED.length)) : name,
    };
    return isFeed ? await siteFeed(context, question) : await onePage(context, question, sitePage);
  });
  app.get("/sites/:name/figures", async (context) => {
    const name = nameIn(context.req.param("name"));
    const view = await source.view();
    const months = await monthsOf(source, view.sites.filter(({ site }) => site === name));
    const page = (parts: SitePageOptions) =>
      figuresPage({ ...parts, months: months.get(keyOf(parts.history.status)) ?? [] });
    return await onePage(context, { ...options, view, name }, page);
  });
  app.get("/assets/:file", (context) => {
    const asset = assets.get(context.req.param("file"));
    if (asset === undefined) return context.notFound();
    context.header("content-type", asset.contentType);
    return context.body(asset.text);
  });
}

async function firstPage(
  view: View,
  query: OverviewQuery,
  { source, look }: PageOptions,
): Promise<string> {
  const overview = overviewOf(view.sites, query);
  const days = await source.days(
    overview.groups.flatMap(({ sites }) => sites.map(({ lead }) => lead)),
  );
  return await documentText(overviewPage({ look, view, query, overview, days }));
}

function addIncidents(app: Hono, options: PageOptions): void {
  const { source, look } = options;
  app.get("/incidents", async (context) => {
    const view = await source.view();
    const asked = Number(context.req.query("days"));
    const days = INCIDENT_CHOICES_DAYS.find((one) => one === asked) ?? INCIDENT_DAYS_DEFAULT;
    const known = await source.incidents(days);
    if (known === undefined) throw new LookupError(503);
    const { incidents, version } = known;
    const alerts = await alertsOf(source, view, view.now.getTime() - days * DAY_MS);
    // A page with incidents of before is fetched again at the next beat.
    const page = { ...options, view: { ...view, version }, incidents, alerts, days };
    return await context.html(
      await documentText(incidentsPage({ ...page, hasLocations: hasLocations(view.sites) })),
    );
  });
  app.get("/incidents/:id", async (context) => {
    const view = await source.view();
    const found = incidentOf(context.req.param("id"), view.statuses);
    const known = found && await source.incident(found.site, found.beganAt);
    if (known === undefined) throw nothingIn(view);
    const { site, began_at } = known.whole;
    const alerts = await alertsOf(source, view, began_at.getTime(), site);
    const hasLocations = locationsOf(view, site).length > 1;
    const page = { ...options, ...known, view, alerts, hasLocations };
    return await context.html(await documentText(incidentPage(page)));
  });
  app.get("/feed.atom", async (context) => {
    const known = await source.incidents(FEED_DAYS);
    if (known === undefined) throw new LookupError(503);
    const { work, now } = await source.view();
    const paths = { feedPath: "feed.atom", pagePath: "" };
    const feed = { ...paths, title: look.title, incidents: known.incidents };
    return await feedOf(context, { ...feed, work: announcedOf(work, now) });
  });
}

function addHistory(app: Hono, { source, look }: PageOptions): void {
  app.get("/history", async (context) => {
    const view = await source.view();
    const kept = keptMonths(view.now);
    const month = context.req.query("month") ?? kept[0]!;
    if (!kept.includes(month)) throw new LookupError(404);
    const pages = Math.max(1, Math.ceil(view.sites.length / HISTORY_SITES_MAX));
    const asked = Number(context.req.query("page") ?? 1);
    const page = Number.isSafeInteger(asked) ? Math.min(pages, Math.max(1, asked)) : 1;
    const sites = view.sites.slice((page - 1) * HISTORY_SITES_MAX, page * HISTORY_SITES_MAX);
    const span = spanOfMonth(month);
    const [months, known, alerts] = await Promise.all([
      monthsOf(source, sites),
      source.incidents(span),
      alertsOf(source, view, span.sinceMs),
    ]);
    if (known === undefined) throw new LookupError(503);
    const { incidents, version } = known;
    const parts = {
      look,
      view: { ...view, version },
      month,
      page,
      pages,
      sites,
      months,
      incidents,
      alerts,
    };
    const markup = historyPage({ ...parts, hasLocations: hasLocations(view.sites) });
    return await context.html(await documentText(markup));
  });
}

/** The months of these sites at each location; a store gives those of a bounded number at once. */
async function monthsOf(
  source: StatusSource,
  sites: readonly WholeSite[],
): Promise<Map<string, readonly MonthCoverage[]>> {
  const keys = sites.flatMap(({ locations }) => locations);
  const months = new Map<string, readonly MonthCoverage[]>();
  for (let start = 0; start < keys.length; start += DAILY_SITES_MAX) {
    const part = await source.months(keys.slice(start, start + DAILY_SITES_MAX));
    for (const [key, ofSite] of part) months.set(key, ofSite);
  }
  return months;
}

function addBadges(app: Hono, { source, look }: PageOptions): void {
  app.get(`/badge/:file{.+\\${BADGE}}`, async (context) => {
    const name = nameIn(context.req.param("file").slice(0, -BADGE.length));
    const { sites, uptimes: known } = await currentView(source);
    const whole = sites.find(({ site }) => site === name);
    const uptimes = (whole?.locations ?? []).flatMap((status) => known.get(keyOf(status)) ?? []);
    context.header("content-type", "image/svg+xml");
    return context.body(await documentText(badge(name, whole, uptimes)));
  });
  app.get("/badge.svg", async (context) => {
    const { sites } = await currentView(source);
    context.header("content-type", "image/svg+xml");
    return context.body(await documentText(overallBadge(look.title, verdictOf(sites))));
  });
}

function overviewQuery(context: Context): OverviewQuery {
  const page = Number(context.req.query("page"));
  return {
    search: (context.req.query("q") ?? "").trim().slice(0, SEARCH_LENGTH_MAX),
    by: context.req.query("by"),
    only: context.req.query("in"),
    state: STATES.find((state) => state === context.req.query("state")),
    all: context.req.query("show") === "all",
    rows: ROWS.find((rows) => rows === context.req.query("rows")),
    page: Number.isSafeInteger(page) ? page : 1,
  };
}

/** What a request for one site needs. */
interface SiteQuestion extends PageOptions {
  readonly view: View;
  readonly name: string;
}

async function onePage(
  context: Context,
  { source, view, name, look }: SiteQuestion,
  page: (options: SitePageOptions) => Html,
): Promise<Response> {
  const locations = locationsOf(view, name);
  const asked = context.req.query("location") ??
    (locations.length === 0 ? undefined : wholeSite(locations, view.quorums).lead.location);
  const days = Number(context.req.query("days"));
  const latencyDays = LATENCY_CHOICES_DAYS.find((one) => one === days) ?? LATENCY_DAYS_DEFAULT;
  const shown = locations.filter(({ location }) => location === asked);
  const latencyStep = latencyStepOf(latencyDays);
  const [[known], listed, alerts] = await Promise.all([
    lookUp(source, view, { locations: shown, latencyDays, latencyStep }),
    shown.length === 0 ? undefined : source.incidents(BAR_DAYS, name),
    shown.length === 0 ? [] : alertsOf(source, view, view.now.getTime() - BAR_DAYS * DAY_MS, name),
  ]);
  if (listed === undefined) throw new LookupError(503);
  const incidents = listed.incidents.flatMap(({ parts }) => parts)
    .filter(({ location }) => location === asked);
  const markup = page({ look, view, ...known!, incidents, alerts, latencyDays, locations });
  return await context.html(await documentText(markup));
}

/** What each view has been asked of alerts: a page is of one view, and so are its alerts. */
const told = new WeakMap<View, Map<string, Promise<readonly Alert[] | undefined>>>();

/** Alerts since then, and open ones; none while the store does not respond. */
async function alertsOf(
  source: StatusSource,
  view: View,
  sinceMs: number,
  site?: string,
): Promise<readonly Alert[]> {
  // By the minute, so that all who look at once ask once.
  const since = new Date(Math.floor(sinceMs / MINUTE_MS) * MINUTE_MS);
  const ofView = told.get(view) ?? new Map();
  told.set(view, ofView);
  const question = JSON.stringify([since, site]);
  const filter = { since, limit: OPEN_ALERTS_MAX, ...(site && { site }) };
  const found = ofView.get(question) ?? source.alerts(filter);
  ofView.set(question, found);
  return await found ?? [];
}

/** A badge has no room to say that its data is out of date: then it shows none. */
async function currentView(source: StatusSource): Promise<Pick<View, "sites" | "uptimes">> {
  const view = await source.view();
  return view.failingSince === undefined ? view : { sites: [], uptimes: new Map() };
}

async function feedOf(
  context: Context,
  feed: Omit<IncidentFeedOptions, "root">,
): Promise<Response> {
  context.header("content-type", FEED_TYPE);
  return context.body(await documentText(incidentFeed({ ...feed, root: rootOf(context) })));
}

/** The overview, as the reader of this request sees it. */
function rootOf({ env, req }: Context): string {
  return (env as Partial<Visitor> | undefined)?.root ?? new URL("/", req.url).href;
}

async function siteFeed(
  context: Context,
  { source, view, name, look }: SiteQuestion,
): Promise<Response> {
  const locations = locationsOf(view, name);
  const known = await lookUp(source, view, { locations, latencyDays: 1 });
  if (look.isPublic) {
    const { incidents = [] } = await source.incidents(FEED_DAYS, name) ?? {};
    const title = `${name} · ${look.title}`;
    const pagePath = sitePath(name);
    return await feedOf(context, { title, incidents, pagePath, feedPath: `${pagePath}.atom` });
  }
  context.header("content-type", FEED_TYPE);
  const root = rootOf(context);
  const histories = known.map(({ history }) => history);
  const quorum = quorumAt(locations[0]!, view.quorums);
  return context.body(await documentText(feed({ title: look.title, histories, root, quorum })));
}
