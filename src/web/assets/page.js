/** Keeps a page up to date. The page also works without it, as of when it was loaded. */

const TICK_MS = 1_000;
const TYPING_MS = 250;
/** After this long without news, as behind a proxy that buffers events, the page is fetched. */
const POLL_MS = 30_000;
/** A page that cannot be fetched is fetched again after this long. */
const RETRY_MS = 10_000;
const FETCH_TIMEOUT_MS = 10_000;
/** After this long without news the page says that it knows nothing; the beat comes every 20 s. */
const SILENCE_MAX_MS = 45_000;
const DAY_MS = 86_400_000;
/** Of an address: proxies take 8 KiB with the method and the version. */
const ADDRESS_MAX = 6_000;
/** As uptime_bars.ts draws them. */
const BAR_STEP = 5;
/** Filled in by assets.ts, in the language of the page. */
const TEXTS = {};

const live = document.getElementById("live");
const news = document.getElementById("news");
const tip = document.getElementById("tip");

/** The units of a length, the largest first: at least two of one are shown, but for seconds. */
const UNITS = [[86_400, TEXTS.day], [3_600, "h"], [60, "min"], [1, "s"]];

function span(seconds) {
  const [unit, name] = UNITS.find(([unit]) => unit === 1 || seconds >= 2 * unit);
  return `${Math.floor(seconds / unit)} ${name}`;
}

/** Updates the relative times. */
function tick() {
  for (const time of document.querySelectorAll("time[datetime]:not(.at)")) {
    const seconds = Math.floor((Date.now() - Date.parse(time.dateTime)) / 1_000);
    // The clock here may be behind the server's: no time is in the future.
    const length = span(Math.max(0, seconds));
    const text = time.className === "lasting" ? length : TEXTS.ago.replace("{length}", length);
    if (time.textContent !== text) time.textContent = text;
  }
}

/** The exact time, in UTC and in the reader's time zone. */
function exactTime({ dateTime }) {
  const here = new Date(dateTime).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "long",
  });
  return `${dateTime.slice(0, 19).replace("T", " ")} UTC\n${here}`;
}

/** Bars of a list share one path for each color: the day follows from the pointer's position. */
function setDayTooltip(path, x) {
  const { left, width } = path.ownerSVGElement.getBoundingClientRect();
  const days = (path.ownerSVGElement.viewBox.baseVal.width + 1) / BAR_STEP;
  const age = days - 1 - Math.floor((x - left) / width * days);
  const date = new Date(Date.now() - age * DAY_MS).toISOString().slice(0, 10);
  path.innerHTML = `<title>${date}: ${TEXTS.days[path.classList[1]]}</title>`;
}

/** Updates `from` to match `to`, whose parts may move there; keeps equal nodes, open details and input that has the focus. */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeName !== to.nodeName || from.dataset?.site !== to.dataset?.site) {
    return from.replaceWith(to);
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  if (from === document.activeElement && from.matches("input, select")) return;
  if (from.matches(".chart")) {
    // uPlot owns its content.
    const { points, incidents } = to.dataset;
    if (from.dataset.points !== points || from.dataset.incidents !== incidents) {
      Object.assign(from.dataset, { points, incidents });
      from.dispatchEvent(new Event("points"));
    }
    return;
  }
  // What was loaded into it stays while it is open.
  if (from.matches("details.loaded[open]")) return;
  for (const { name } of [...from.attributes]) {
    if (name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) from.setAttribute(name, value);
  const olds = [...from.childNodes];
  const news = [...to.childNodes];
  news.forEach((node, index) => index < olds.length ? morph(olds[index], node) : from.append(node));
  for (const node of olds.slice(news.length)) node.remove();
}

/** When the server last said how things are. The wall clock: it also counts while a device sleeps. */
let knownAt = Date.now();
let fetchedAt = knownAt;

/** Shows whether the page is up to date. */
function showNews() {
  knownAt = Date.now();
  document.body.classList.remove("silent");
  if (document.querySelector("main .note.stale")) showState(TEXTS.unreadable, true);
  else showState(TEXTS.live);
}

/** The server may be frozen, or the network half open: after a while the page is gray. */
function showLoss() {
  if (Date.now() - knownAt < SILENCE_MAX_MS) return showState(TEXTS.reconnecting, true);
  const since = new Date(knownAt).toISOString().slice(11, 19);
  document.body.classList.add("silent");
  showState(TEXTS.silent.replace("{time}", since), true);
}

function showState(words, isOld = false) {
  live.hidden = false;
  live.classList.toggle("lost", isOld);
  live.textContent = words;
}

/** Another page of this server; undefined where it is none. */
async function pageAt(address, ...signals) {
  const signal = AbortSignal.any([AbortSignal.timeout(FETCH_TIMEOUT_MS), ...signals]);
  const response = await fetch(address, { signal });
  if (response.ok) return new DOMParser().parseFromString(await response.text(), "text/html");
}

let loading;

/** Fetches the page of this address and updates this one to match it. */
async function reload() {
  loading?.abort();
  const { signal } = loading = new AbortController();
  fetchedAt = Date.now();
  try {
    const page = await pageAt(location.href, signal);
    if (page === undefined) return showState(TEXTS.unreadable, true);
    const focused = document.activeElement?.getAttribute("href");
    morph(document.querySelector("main"), page.querySelector("main"));
    document.title = page.title;
    if (focused && !document.activeElement?.matches("a, input, select")) {
      document.querySelector(`main a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    followRows();
    tick();
    showNews();
  } catch {
    if (!signal.aborted) showLoss();
  }
}

function apply({ checked, news: sentences, reload: isChanged }) {
  for (const { site, location, checked_at, response_time } of checked) {
    const [name, place] = [site, location].map(CSS.escape);
    const row = document.querySelector(`[data-site="${name}"][data-location="${place}"]`);
    const time = row?.querySelector(".checked time");
    if (time) time.dateTime = new Date(checked_at).toISOString();
    const ms = row?.querySelector(".ms");
    if (ms) ms.textContent = response_time;
  }
  tick();
  if (sentences.length > 0) news.textContent = sentences.slice(0, 5).join(". ");
  if (isChanged) reload();
}

let source;

/** Where this page is told of the sites that it has rows of; of everything where that would be too long for proxies. */
function eventsAddress() {
  const address = new URL("../events", import.meta.url);
  const rows = document.querySelectorAll("main [data-site]");
  const sites = new Set([...rows].map(({ dataset }) => dataset.site));
  // Without a site, the page is told of changes alone.
  if (sites.size === 0) sites.add("");
  for (const site of [...sites].sort()) address.searchParams.append("site", site);
  if (document.querySelector("main .sitehead")) address.searchParams.set("changes", "shown");
  if (address.href.length > ADDRESS_MAX) address.search = "";
  return address.href;
}

/** Follows rows that came or went with a new version of the page. */
function followRows() {
  if (source && source.url !== eventsAddress()) listen();
}

/** A page that is hidden holds no connection: a browser has six for a server, in all of its tabs. */
function listen() {
  source?.close();
  if (document.hidden) return;
  source = new EventSource(eventsAddress());
  source.onmessage = ({ data }) => {
    showNews();
    apply(JSON.parse(data));
  };
  source.addEventListener("beat", ({ data }) => {
    showNews();
    // An event was missed: before the stream was opened, or while it was interrupted.
    const { version } = document.querySelector("main").dataset;
    if (version !== undefined && version !== data) reload();
  });
  source.onerror = showLoss;
}

/** The page may be kept for the way back: without a connection, which would end with it. */
function leave() {
  source?.close();
  loading?.abort();
}

function comeBack() {
  listen();
  reload();
}

/** Reconnects where the browser gives up, and fetches the page where no events come. */
function watch() {
  const now = Date.now();
  if (now - knownAt >= SILENCE_MAX_MS) showLoss();
  if (now - knownAt < POLL_MS || now - fetchedAt < RETRY_MS) return;
  if (source?.readyState === EventSource.CLOSED) listen();
  reload();
}

/** Searches while typing; the address can be shared. */
function search() {
  const form = document.querySelector("form.search");
  if (form === null) return;
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `./?${new URLSearchParams(new FormData(form))}`);
    reload();
  });
}

/** Puts figures of another page where they are asked for; without them the link there stays. */
async function loadFigures(details) {
  const link = details.querySelector("p > a");
  if (!details.open || link === null) return;
  const page = await pageAt(link.href);
  link.parentNode.replaceWith(page.querySelector(link.hash));
}

document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details.loaded")) loadFigures(target).catch(() => {});
}, true);
document.addEventListener("mousemove", ({ target, clientX }) => {
  const time = target.closest?.("time[datetime]");
  if (time) time.title = exactTime(time);
  else if (target.matches?.(".site .day")) setDayTooltip(target, clientX);
});
document.addEventListener("pointerup", ({ target, pointerType }) => {
  if (pointerType !== "touch") return;
  // Where nothing hovers, a touched time shows the same until the next touch.
  const time = target.closest("time[datetime]");
  tip.textContent = time ? exactTime(time) : "";
});
document.addEventListener("visibilitychange", () => document.hidden ? leave() : comeBack());
addEventListener("pagehide", leave);
addEventListener("pageshow", ({ persisted }) => persisted && comeBack());
search();
listen();
setInterval(() => {
  tick();
  watch();
}, TICK_MS);
