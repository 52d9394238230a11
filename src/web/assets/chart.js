/** Replaces the server's drawing of response times by uPlot's, with zoom and values under the pointer. */
/* global uPlot */

/** Filled in by assets.ts, in the language of the page. */
const TEXTS = {};
const HEIGHT = 220;
/** Pixels; a shorter drag is a tap. */
const DRAG_MIN = 10;
const INCIDENT_COLORS = { down: "#d6402f40", degraded: "#e2a33a40" };

const element = document.querySelector(".chart");
const dark = matchMedia("(prefers-color-scheme: dark)");

const zone = element?.dataset.zone;
// Sweden writes times as ISO 8601 does.
const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: zone,
  dateStyle: "short",
  timeStyle: "short",
});

function timeOf(seconds) {
  return clock.format(seconds * 1_000);
}

/** The hour, or the date where a day begins. */
function mark(seconds) {
  const [date, hour] = timeOf(seconds).split(" ");
  return hour === "00:00" ? date.slice(5) : hour;
}

function options() {
  const [text, grid, p50, p95, band] = dark.matches
    ? ["#a7b0c0", "#2b313d", "#6aa9ff", "#e9a070", "#e9a0701f"]
    : ["#515a6b", "#e4e7ed", "#2166c4", "#a8562a", "#a8562a1a"];
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const ms = (_, value) => value === null ? "–" : `${value} ms`;
  const line = { width: 2, value: ms, points: { filter: singlePoints } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone === "UTC" ? "Etc/UTC" : zone),
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [{ ...axis, values: (_, values) => values.map(mark) }, {
      ...axis,
      size: 64,
      values: (_, values) => values.map((v) => `${v} ms`),
    }],
    series: [
      { label: zone, value: (_, value) => value === null ? "–" : timeOf(value) },
      { label: "p50", stroke: p50, ...line },
      { label: "p95", stroke: p95, ...line },
    ],
    bands: [{ series: [2, 1], fill: band }],
    hooks: {
      drawClear: [markIncidents],
      setScale: [(chart, key) => key === "x" && showReset(chart)],
    },
  };
}

/** Behind the lines, at least two pixels wide. */
function markIncidents({ ctx, bbox: { left, top, width, height }, valToPos }) {
  ctx.save();
  for (const [from, to, outcome] of JSON.parse(element.dataset.incidents)) {
    const [start, end] = [from, to].map((at) =>
      Math.min(left + width, Math.max(left, valToPos(at, "x", true)))
    );
    if (end <= left || start >= left + width) continue;
    ctx.fillStyle = INCIDENT_COLORS[outcome];
    ctx.fillRect(start, top, Math.max(2, end - start), height);
  }
  ctx.restore();
}

/** Where a line has a break on both sides, as of a site that is checked once a day. */
function singlePoints(chart, series, showsAll) {
  if (showsAll) return null;
  const values = chart.data[series];
  const isGap = (index) => (values[index] ?? null) === null;
  return values.flatMap((_, at) => !isGap(at) && isGap(at - 1) && isGap(at + 1) ? [at] : []);
}

const reset = document.createElement("button");
reset.type = "button";
reset.className = "reset";
reset.textContent = TEXTS.resetZoom;
reset.addEventListener("click", () => chart.setData(chart.data));

function isZoomed({ scales: { x }, data: [times] }) {
  return x.min > times[0] || x.max < times.at(-1);
}

function showReset(chart) {
  reset.hidden = !isZoomed(chart);
}

/** A finger that is drawn across selects what is shown, as the mouse does. */
function zoomByTouch(chart) {
  const { over } = chart;
  let start = null;
  const select = ({ clientX }) => {
    const { left: edge, width, height } = over.getBoundingClientRect();
    const [from, to] = [start, clientX].map((x) => Math.min(width, Math.max(0, x - edge)));
    const selection = { left: Math.min(from, to), width: Math.abs(to - from), top: 0, height };
    chart.setSelect(selection, false);
    return selection;
  };
  over.addEventListener("pointerdown", ({ pointerType, clientX, isPrimary }) => {
    start = pointerType === "touch" && isPrimary ? clientX : null;
  });
  over.addEventListener("pointermove", (event) => start !== null && select(event));
  over.addEventListener("pointercancel", () => start = null);
  over.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const { left, width } = select(event);
    start = null;
    chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    if (width < DRAG_MIN) return;
    const [min, max] = [left, left + width].map((x) => chart.posToVal(x, "x"));
    chart.setScale("x", { min, max });
  });
}

let chart;

function draw() {
  chart?.destroy();
  element.replaceChildren();
  chart = new uPlot(options(), points(), element);
  element.append(reset);
  showReset(chart);
  zoomByTouch(chart);
}

function points() {
  return JSON.parse(element.dataset.points);
}

/** New points keep the part that the reader zoomed to. */
function update() {
  const { min, max } = chart.scales.x;
  const keeps = isZoomed(chart);
  chart.setData(points(), !keeps);
  if (keeps) chart.setScale("x", { min, max });
}

if (element !== null && globalThis.uPlot !== undefined) {
  draw();
  dark.addEventListener("change", draw);
  element.addEventListener("points", update);
  new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    .observe(element);
}
