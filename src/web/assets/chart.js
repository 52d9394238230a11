/** Replaces the server's drawing of response times by uPlot's, with zoom and values under the pointer. */
/* global uPlot */

const HEIGHT = 220;

const element = document.querySelector(".chart");
const dark = matchMedia("(prefers-color-scheme: dark)");

function utc(seconds) {
  return new Date(seconds * 1_000).toISOString().slice(0, 16).replace("T", " ");
}

/** The hour, or the date where a day begins. */
function mark(seconds) {
  const [date, hour] = utc(seconds).split(" ");
  return hour === "00:00" ? date.slice(5) : hour;
}

function options() {
  const [text, grid, p50, p95] = dark.matches
    ? ["#a7b0c0", "#2b313d", "#6aa9ff", "#e9a070"]
    : ["#515a6b", "#e4e7ed", "#2166c4", "#a8562a"];
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const ms = (_, value) => value === null ? "–" : `${value} ms`;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [{ ...axis, values: (_, values) => values.map(mark) }, {
      ...axis,
      size: 64,
      values: (_, values) => values.map((v) => `${v} ms`),
    }],
    series: [
      { label: "UTC", value: (_, value) => value === null ? "–" : utc(value) },
      { label: "p50", stroke: p50, width: 2, value: ms },
      { label: "p95", stroke: p95, width: 2, value: ms },
    ],
  };
}

let chart;

function draw() {
  chart?.destroy();
  element.replaceChildren();
  chart = new uPlot(options(), JSON.parse(element.dataset.points), element);
}

if (element !== null && globalThis.uPlot !== undefined) {
  draw();
  dark.addEventListener("change", draw);
  element.addEventListener("points", () => chart.setData(JSON.parse(element.dataset.points)));
  new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }))
    .observe(element);
}
