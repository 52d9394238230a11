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

/** Lines and indentation for who reads the source; a fifth of what a browser would load. */
const FOR_READERS = /^ *(?:\/\*.*\*\/|\/\/.*)\n|^ +/gm;
/** What a style does not need: space around what parts it, what parts nothing, and zeros before a point. */
const CSS_SPACE = /;\n(?=})| ?([{}:;,])\s+|\b0(?=\.)/g;

/** By the last part of their path: those that are the same everywhere. */
const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["chart.js", { contentType: SCRIPT, text: lean(chartScript) }],
  ["page.css", { contentType: STYLE, text: lean(pageStyle).replaceAll(CSS_SPACE, "$1") }],
  ["uplot.css", { contentType: STYLE, text: uplotStyle }],
  ["uplot.js", { contentType: SCRIPT, text: uplotScript }],
  ["icon.svg", { contentType: SVG, text: icon }],
]);

/** What the script has in place of its texts. */
const TEXTS = "const TEXTS = {};";

/** Those that an operator changes: the script in a language, the color of links, and a logo. */
export function ownAssets({ accent, logo, texts }: {
  readonly accent?: string;
  readonly logo?: string;
  readonly texts: object;
}): ReadonlyMap<string, Asset> {
  const style = accent && `:root { --link: light-dark(${accent}, ${lightened(accent)}); }\n`;
  const script = lean(pageScript)
    .replace(TEXTS, () => `const TEXTS = ${JSON.stringify(texts)};`);
  return new Map([
    ...ASSETS,
    ["page.js", { contentType: SCRIPT, text: script }] as const,
    ...(style ? [["accent.css", { contentType: STYLE, text: style }] as const] : []),
    ...(logo ? [["logo.svg", { contentType: SVG, text: logo }] as const] : []),
  ]);
}

function lean(text: string): string {
  return text.replaceAll(FOR_READERS, "");
}
