/** Keeps a page up to date. The page also works without it, as of when it was loaded. */

const TICK_MS = 1_000;
const TYPING_MS = 250;
/** After this long without an event, as behind a proxy that buffers them, the page is reloaded. */
const POLL_MS = 30_000;
const DAY_MS = 86_400_000;
/** As uptime_bars.ts draws them. */
const BAR_STEP = 5;
const DAY_WORDS = {
  up: "up throughout",
  degraded: "degraded at times",
  minor: "down for less than 1 %",
  down: "down for 1 % or more",
  unknown: "no data",
};
const UNREADABLE = "The status cannot be read";

const live = document.getElementById("live");
const news = document.getElementById("news");

function span(seconds) {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Updates the relative times. */
function tick() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const seconds = Math.floor((Date.now() - Date.parse(time.dateTime)) / 1_000);
    // The clock here may be behind the server's: no time is in the future.
    const length = span(Math.max(0, seconds));
    const text = time.className === "lasting" ? length : `${length} ago`;
    if (time.textContent !== text) time.textContent = text;
  }
}

/** The tooltip has the exact time, in UTC and in the reader's time zone. */
function setTooltip(time) {
  const date = new Date(time.dateTime);
  const here = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
  time.title = `${time.dateTime.slice(0, 19).replace("T", " ")} UTC\n${here}`;
}

/** Bars of a list share one path for each color: the day follows from the pointer's position. */
function setDayTooltip(path, x) {
  const { left, width } = path.ownerSVGElement.getBoundingClientRect();
  const days = (path.ownerSVGElement.viewBox.baseVal.width + 1) / BAR_STEP;
  const age = days - 1 - Math.floor((x - left) / width * days);
  const date = new Date(Date.now() - age * DAY_MS).toISOString().slice(0, 10);
  const title = path.querySelector("title") ??
    path.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "title"));
  title.textContent = `${date}: ${DAY_WORDS[path.classList[1]]}`;
}

/** Updates `from` to match `to`; keeps equal nodes, open details and input that has the focus. */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeName !== to.nodeName || from.dataset?.site !== to.dataset?.site) {
    from.replaceWith(to.cloneNode(true));
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.nodeValue = to.nodeValue;
    return;
  }
  if (from === document.activeElement && from.matches("input, select")) return;
  if (from.matches(".chart")) {
    // uPlot owns its content.
    if (from.dataset.points !== to.dataset.points) {
      from.dataset.points = to.dataset.points;
      from.dispatchEvent(new Event("points"));
    }
    return;
  }
  const isOpen = from.open;
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (from.matches("details")) from.open = isOpen;
  const olds = [...from.childNodes];
  const news = [...to.childNodes];
  news.forEach((node, index) => {
    if (olds[index] === undefined) from.append(node.cloneNode(true));
    else morph(olds[index], node);
  });
  for (const node of olds.slice(news.length)) node.remove();
}

/** Shows whether the page is up to date. */
function showLive() {
  if (document.querySelector("main .note.stale")) showState(UNREADABLE, true);
  else showState("Live");
}

function showState(words, isOld = false) {
  live.hidden = false;
  live.classList.toggle("lost", isOld);
  live.textContent = words;
}

let loading;

/** Fetches a page and updates this one to match it. */
async function load(address) {
  loading?.abort();
  const controller = loading = new AbortController();
  try {
    const response = await fetch(address, { signal: controller.signal });
    if (!response.ok) return showState(UNREADABLE, true);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const focused = document.activeElement?.getAttribute("href");
    morph(document.querySelector("main"), page.querySelector("main"));
    document.title = page.title;
    if (focused && !document.activeElement?.matches("a, input, select")) {
      document.querySelector(`main a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    tick();
    if (source.readyState === EventSource.OPEN) showLive();
  } catch (error) {
    if (error.name !== "AbortError") showState("Reconnecting", true);
  }
}

function apply({ checked, news: sentences, reload }) {
  for (const { site, location, checked_at, response_time } of checked) {
    for (const row of document.querySelectorAll("[data-site]")) {
      if (row.dataset.site !== site || row.dataset.location !== location) continue;
      const time = row.querySelector(".checked time");
      if (time) time.dateTime = new Date(checked_at).toISOString();
      const ms = row.querySelector(".ms");
      if (ms) ms.textContent = response_time;
    }
  }
  tick();
  if (sentences.length > 0) news.textContent = sentences.slice(0, 5).join(". ");
  if (reload) void load(globalThis.location.href);
}

let source;
let heardAt = Date.now();

function listen() {
  source = new EventSource("/events");
  source.onopen = showLive;
  source.onmessage = ({ data }) => {
    heardAt = Date.now();
    apply(JSON.parse(data));
  };
  source.onerror = () => showState("Reconnecting", true);
}

/** Reconnects where the browser gives up, and reloads behind proxies that buffer events. */
function poll() {
  if (source.readyState === EventSource.CLOSED) listen();
  if (Date.now() - heardAt >= POLL_MS) void load(globalThis.location.href);
}

/** Searches while typing; the address can be shared. */
function search() {
  const form = document.querySelector("form.search");
  if (form === null) return;
  let waiting;
  const go = () => {
    const query = new URLSearchParams(new FormData(form));
    if (query.get("q") === "") query.delete("q");
    const address = `/?${query}`;
    history.replaceState(null, "", address);
    void load(address);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(go, TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    go();
  });
}

document.addEventListener("mousemove", ({ target, clientX }) => {
  if (target.matches?.("time[datetime]")) setTooltip(target);
  else if (target.matches?.(".site .day")) setDayTooltip(target, clientX);
});
search();
listen();
setInterval(tick, TICK_MS);
setInterval(poll, POLL_MS);
