/** The files that pages load: style, scripts and the chart library, embedded in the program. */
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import chartScript from "./chart.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import pageScript from "./page.js" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };
import { lightened } from "../../runtime/contrast.ts";

export interface Asset {
  readonly contentType: string;
  readonly text: string;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const SVG = "image/svg+xml";

/** Those that an operator adds: a style with the color of links, and a logo. */
export function ownAssets({ accent, logo }: {
  readonly accent?: string;
  readonly logo?: string;
}): ReadonlyMap<string, Asset> {
  const style = accent && `:root { --link: light-dark(${accent}, ${lightened(accent)}); }\n`;
  return new Map([
    ...(style ? [["accent.css", { contentType: STYLE, text: style }] as const] : []),
    ...(logo ? [["logo.svg", { contentType: SVG, text: logo }] as const] : []),
  ]);
}

/** By the last part of their path. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["page.css", { contentType: STYLE, text: pageStyle }],
  ["page.js", { contentType: SCRIPT, text: pageScript }],
  ["chart.js", { contentType: SCRIPT, text: chartScript }],
  ["uplot.css", { contentType: STYLE, text: uplotStyle }],
  ["uplot.js", { contentType: SCRIPT, text: uplotScript }],
  ["icon.svg", { contentType: SVG, text: icon }],
]);
