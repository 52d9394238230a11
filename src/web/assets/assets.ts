/** The files that pages load: style, scripts and the chart library, embedded in the program. */
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import chartScript from "./chart.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import pageScript from "./page.js" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };

export interface Asset {
  readonly contentType: string;
  readonly text: string;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** By the last part of their path. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["page.css", { contentType: STYLE, text: pageStyle }],
  ["page.js", { contentType: SCRIPT, text: pageScript }],
  ["chart.js", { contentType: SCRIPT, text: chartScript }],
  ["uplot.css", { contentType: STYLE, text: uplotStyle }],
  ["uplot.js", { contentType: SCRIPT, text: uplotScript }],
  ["icon.svg", { contentType: "image/svg+xml", text: icon }],
]);
