/** What a browser loads: the weight of each page and file as it is sent, and what a page costs. */
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { createApp } from "../../../src/web/app.ts";
import { StatusCache, type StatusCacheOptions } from "../../../src/web/live/status_cache.ts";
import { RecordingTelemetry } from "../../support/recording_telemetry.ts";
import { callsOf, type Figure, median } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const GZIP: RequestInit = { headers: { "accept-encoding": "gzip" } };
const PAGES = ["/", "/?show=all", "/sites/site-1", "/sites/site-1?days=90", "/history"];
const FILES = ["page.js", "chart.js", "page.css", "uplot.js", "uplot.css"];

/** As the web thread serves them from this store. */
export async function pageWeights(
  store: Pick<StatusCacheOptions, "queries" | "records">,
  bench: Workbench,
): Promise<Figure[]> {
  const telemetry = new RecordingTelemetry();
  const source = new StatusCache({ ...store, clock, telemetry, dependency: "store" });
  const { signal } = new AbortController();
  const app = createApp({ source, look: { title: "Status" }, clock, telemetry, signal });
  const load = async (path: string, init = GZIP) => {
    const response = await app.request(path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.bytes()).length;
  };
  /** The page, and each file that it names. */
  const loadAll = async (path: string) => {
    const text = await (await app.request(path)).text();
    const files = new Set(text.match(/(?<=["/])assets\/[\w.]+/g));
    const sizes = await Promise.all(
      [path, ...[...files].map((file) => `/${file}`)].map((one) => load(one)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const figures: Figure[] = [];
  for (const path of [...PAGES, ...FILES.map((file) => `/assets/${file}`)]) {
    figures.push({ name: `${path}, compressed`, unit: "kB", value: await load(path) / 1_000 });
  }
  for (const path of PAGES) {
    const weights = {
      "before compression": await load(path, {}),
      "with its files, compressed": await loadAll(path),
    };
    for (const [what, bytes] of Object.entries(weights)) {
      figures.push({ name: `${path}, ${what}`, unit: "kB", value: bytes / 1_000 });
    }
  }
  for (const path of PAGES) {
    const { cpuMs } = await callsOf(() => load(path), bench.sized(20, 2));
    figures.push({ name: `${path}, CPU of the server`, unit: "ms", value: median(cpuMs) });
  }
  return figures;
}
