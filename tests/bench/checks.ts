/** What checks cost, at full speed and on schedule, against nginx on this machine. */
import type { Site } from "../../src/config/site.ts";
import { checkSite } from "../../src/scanner/check_site.ts";
import { aContext, aSite } from "../scanner/sites.ts";
import { bareCheck } from "./bare_check.ts";
import type { BenchOptions, Figure, Scenario } from "./scenario.ts";
import type { Load, LoadResult } from "./scanner_load.ts";
import { startWebTarget, type WebTarget } from "./web_target.ts";
import { compare } from "./window.ts";

/** Checks that run at once: enough to keep both sides busy. */
const CONCURRENCY = 32;

/** Sites that take turns. */
const SITES = 1_000;

export const checks: Scenario = {
  description: "one check over a new connection, beside the bare loop of sockets and parser",
  async run(options) {
    await using target = await startWebTarget();
    const figures: Figure[] = [];
    for (const way of waysOf(target)) figures.push(...await atFullSpeed(way, options));
    for (const load of loadsOf(target, options)) figures.push(...await onSchedule(load));
    return figures;
  },
};

/** A kind of target: a url, and what the bare loop gets instead. */
interface Way {
  readonly name: string;
  readonly site: Site;
  readonly bare: () => Promise<void>;
}

function waysOf({ plainPort, tlsPort, ca }: WebTarget): Way[] {
  const limits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
  const plain = (hostname: string) => ({
    site: aSite(`http://${hostname}:${plainPort}/`, limits),
    bare: () => bareCheck({ hostname, port: plainPort }),
  });
  const tls = { insecure: false, ca };
  return [
    { name: "http, by address", ...plain("127.0.0.1") },
    { name: "http, by name", ...plain("localhost") },
    {
      name: "https, by address",
      site: aSite(`https://127.0.0.1:${tlsPort}/`, { ...limits, tls }),
      bare: () => bareCheck({ hostname: "127.0.0.1", port: tlsPort, ca }),
    },
  ];
}

async function atFullSpeed(
  { name, site, bare }: Way,
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  const sites = Array.from({ length: SITES }, (_, n) => ({ ...site, name: `site ${n}` }));
  const context = aContext([site.url]);
  const { signal } = new AbortController();
  const check = async (n: number) => {
    const { outcome, error_text } = await checkSite(sites[n % SITES]!, context, signal);
    if (outcome !== "up") throw new Error(`Cannot measure as the site must be up: ${error_text}`);
  };
  const size = isShort ? { windows: 1, windowMs: 50 } : { windows: 7, windowMs: 1_000 };
  const cost = await compare({ check, bare }, { ...size, concurrency: CONCURRENCY });
  return [
    {
      name: `${name}: CPU per check`,
      unit: "µs",
      value: cost.check.cpuMicros,
      floor: cost.bare.cpuMicros,
    },
    {
      name: `${name}: checks at full speed`,
      unit: "/s",
      value: cost.check.perSecond,
      floor: cost.bare.perSecond,
    },
  ];
}

function loadsOf({ plainPort }: WebTarget, { isShort }: BenchOptions): Load[] {
  const url = `http://127.0.0.1:${plainPort}/`;
  // The first round comes within ten seconds; what follows is the regular schedule.
  if (isShort) return [{ url, sites: 20, intervalMs: 500, seconds: 1 }];
  return [
    { url, sites: 1_000, intervalMs: 2_000, seconds: 20 },
    { url, sites: 10_000, intervalMs: 30_000, seconds: 45 },
  ];
}

/** A process of its own, whose memory is that of a scanner and nothing else. */
async function watched(load: Load): Promise<LoadResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-net", "--allow-sys"],
      new URL("./scanner_load.ts", import.meta.url).href,
      JSON.stringify(load),
    ],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function onSchedule(load: Load): Promise<Figure[]> {
  const idle = await watched({ ...load, sites: 0, seconds: 1 });
  const result = await watched(load);
  const { sites, intervalMs } = load;
  const name = `${sites.toLocaleString("en")} sites at ${intervalMs / 1_000} s`;
  return [
    {
      name: `${name}: memory (RSS), beside no site`,
      unit: "MB",
      value: result.rssBytes / 1e6,
      floor: idle.rssBytes / 1e6,
    },
    { name: `${name}: CPU per check`, unit: "µs", value: result.cpuMicros },
    ...Object.entries(result.latenessMs).map(([percentile, value]) => ({
      name: `${name}: lateness, ${percentile}`,
      unit: "ms",
      value,
    })),
  ];
}
