/** Replaces the server's drawing of response times by uPlot's, with zoom and values under the pointer. */
/* global uPlot */

const HEIGHT = 220;
/** Pixels; a shorter drag is a tap. */
const DRAG_MIN = 10;
/** Translucent, for light and dark. */
const COLORS = { grid: "#80889433", band: "#c87b4d1d", down: "#d6402f40", degraded: "#e2a33a40" };

const element = document.querySelector(".chart");
const reset = element.querySelector(".reset");
const { zone } = element.dataset;

/** To the minute. Sweden writes times as ISO 8601 does. */
function timeOf(seconds) {
  const time = new Date(seconds * 1_000).toLocaleString("sv-SE", { timeZone: zone });
  return time.slice(0, "2026-05-01 12:00".length);
}

/** The hour, or the date where a day begins. */
function mark(seconds) {
  const [date, hour] = timeOf(seconds).split(" ");
  return hour === "00:00" ? date.slice(5) : hour;
}

/** As page.css has it for light and dark. */
function colorOf(line) {
  return getComputedStyle(document.querySelector(`.key.${line}`), "::before").backgroundColor;
}

function options() {
  const stroke = getComputedStyle(document.querySelector(".key")).color;
  const axis = { stroke, grid: { stroke: COLORS.grid, width: 1 }, ticks: { show: false } };
  const ms = (value) => `${value} ms`;
  const known = (text) => (_, value) => value === null ? "–" : text(value);
  const lines = ["p50", "p95"].map((label) => ({
    label,
    stroke: colorOf(label),
    width: 2,
    value: known(ms),
    points: { filter: singlePoints },
  }));
  return {
    width: element.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    cursor: { drag: { dist: DRAG_MIN } },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [
      { ...axis, values: (_, values) => values.map(mark) },
      { ...axis, values: (_, values) => values.map(ms), size: 64 },
    ],
    series: [{ label: zone, value: known(timeOf) }, ...lines],
    bands: [{ series: [2, 1], fill: COLORS.band }],
    hooks: { drawClear: [markIncidents], setScale: [showReset] },
  };
}

/** Behind the lines, at least two pixels wide. */
function markIncidents({ ctx, bbox: { left, top, width, height }, valToPos }) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const [from, to, outcome] of JSON.parse(element.dataset.incidents)) {
    const [start, end] = [from, to].map((at) => valToPos(at, "x", true));
    ctx.fillStyle = COLORS[outcome];
    ctx.fillRect(start, top, Math.max(2, end - start), height);
  }
  ctx.restore();
}

/** Where a line has a break on both sides, as of a site that is checked once a day. */
function singlePoints({ data }, series, showsAll) {
  const isGap = (at) => (data[series][at] ?? null) === null;
  const isSingle = (at) => !isGap(at) && isGap(at - 1) && isGap(at + 1);
  return showsAll ? null : [...data[series].keys()].filter(isSingle);
}

reset.addEventListener("click", () => chart.setData(chart.data));

function showReset({ scales: { x }, data: [times] }) {
  reset.hidden = x.min <= times[0] && x.max >= times.at(-1);
}

/** A finger that is drawn across selects what is shown; uPlot follows mice alone. */
function zoomByTouch({ over }) {
  for (const act of ["down", "move", "up", "cancel"]) {
    over.addEventListener(`pointer${act}`, (finger) => {
      if (finger.pointerType !== "touch" || !finger.isPrimary) return;
      over.dispatchEvent(new MouseEvent(`mouse${act.replace("cancel", "up")}`, finger));
    });
  }
}

let chart;

/** The server's drawing stays where uPlot could not be loaded. */
function draw() {
  chart?.destroy();
  chart = new uPlot(options(), points(), ({ root }, show) => {
    element.replaceChildren(root, reset);
    show();
  });
  zoomByTouch(chart);
}

function points() {
  return JSON.parse(element.dataset.points);
}

/** New points keep the part that the reader zoomed to. */
function update() {
  const { min, max } = chart.scales.x;
  const isZoomed = !reset.hidden;
  chart.setData(points(), !isZoomed);
  if (isZoomed) chart.setScale("x", { min, max });
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
element.addEventListener("points", update);
new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
  .observe(element);
