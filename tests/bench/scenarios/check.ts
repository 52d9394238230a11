/** What one check costs by itself, at full speed, against nginx on this machine. */
import type { Site } from "../../../src/config/site.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { checkSite } from "../../../src/scanner/check.ts";
import { aContext, aSite } from "../../scanner/sites.ts";
import { bareCheck } from "../floors/bare_check.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import type { WebTarget } from "../frame/web_target.ts";
import { compare, type WindowCost } from "../frame/window.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Checks that run at once: enough to keep both sides busy. */
const CONCURRENCY = 32;

/** Sites that take turns. */
const SITES = 1_000;

export const check: Scenario = {
  description: "one check over a new connection, beside the bare loop of sockets and parser",
  async run(bench) {
    const figures: Figure[] = [];
    for (const way of waysOf(await bench.web())) figures.push(...await atFullSpeed(way, bench));
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

async function atFullSpeed({ name, site, bare }: Way, bench: Workbench): Promise<Figure[]> {
  const sites = Array.from({ length: SITES }, (_, n) => ({ ...site, name: `site ${n}` }));
  const context = aContext([site.url]);
  const { signal } = new AbortController();
  const whole = (n: number) => checkSite(sites[n % SITES]!, context, signal).then(requireUp);
  const size = bench.sized({ windows: 7, windowMs: 1_000 }, { windows: 1, windowMs: 50 });
  const cost = await compare({ whole, bare }, { ...size, concurrency: CONCURRENCY });
  const figure = (what: string, unit: string, of: (cost: WindowCost) => number): Figure => {
    return { name: `${name}: ${what}`, unit, value: of(cost.whole), floor: of(cost.bare) };
  };
  return [
    figure("CPU per check", "µs", ({ cpuMicros }) => cpuMicros),
    figure("allocated per check", "KB", ({ allocatedBytes }) => allocatedBytes / 1_000),
    figure("checks at full speed", "/s", ({ perSecond }) => perSecond),
  ];
}

function requireUp({ outcome, error_text }: SiteReport): void {
  if (outcome !== "up") throw new Error(`the site is ${outcome}: ${error_text}`);
}
