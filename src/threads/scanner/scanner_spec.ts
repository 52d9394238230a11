/** The scanner threads, each with the sites of its hosts, so that a limit per host holds. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { allowedHosts, scannerHosts } from "../../config/permissions/needs.ts";
import { isVisited, type Site } from "../../config/site.ts";
import { placeOf } from "../../scanner/schedule/schedule.ts";
import type { DaemonContext, DaemonThread, Instance, Schedule } from "../daemon_thread.ts";
import type { ScannerSetup, ScannerWork } from "./scanner_thread.ts";

export const SCANNER_SPEC = {
  name: "scanner",
  module: new URL("./scanner_thread.ts", import.meta.url),
  runsIn: (role, { sites }) => (role === "producer" || role === "run") && hasVisits(sites),
  needs: (loaded) => [scannerHosts(loaded)],
  linkedTo: ["outbox", "store", "relay"],
  stopsIn: "check",
  instances,
} satisfies DaemonThread<ScannerSetup, ScannerWork>;

/** False where others tell of every site. */
function hasVisits(sites: readonly object[]): boolean {
  return sites.length === 0 || sites.some(isVisited);
}

function instances(
  loaded: LoadedConfig,
  { schedule, descriptors }: Pick<DaemonContext, "schedule" | "descriptors">,
): Instance<ScannerSetup, ScannerWork>[] {
  const { config } = loaded;
  const sites = loaded.sites.filter(isVisited);
  const { connectivity, traces } = config;
  const { threads, per_host, group } = config.scanner;
  const concurrency = Math.min(config.scanner.concurrency, descriptors?.checks ?? Infinity);
  const isShared = group !== undefined;
  const { originMs, since } = isShared ? sinceEpoch(schedule) : schedule;
  const targets = {
    since,
    urls: [...sites.map(({ url }) => url), ...connectivity?.urls ?? []],
    allowHosts: allowedHosts(loaded),
    addressPolicy: config.address_policy,
    secrets: loaded.secrets,
    ...(connectivity && {
      connectivity: { urls: connectivity.urls, everyMs: connectivity.interval },
    }),
  };
  const setup = {
    location: config.location,
    concurrency: Math.max(1, Math.floor(concurrency / threads)),
    ...(per_host === undefined ? {} : { perHost: per_host }),
    pausesWhenFull: config.outbox.when_full === "pause",
    hasSiteMetrics: config.metrics.per_site,
    ...(traces === undefined ? {} : { traceRatio: traces.ratio }),
    originMs,
    isShared,
  };
  return divideByHost(sites, threads).map((share, index) => ({
    name: `scanner-${index + 1}`,
    setup,
    work: { sites: share, ...targets },
  }));
}

/** The same moments counted from 1970, which producers with a group have in common. */
function sinceEpoch({ originMs, since }: Schedule): Schedule {
  return { originMs: 0, since: new Map([...since].map(([name, ms]) => [name, originMs + ms])) };
}

/** All sites of one host go to one thread; a hash keeps them there when others come and go. */
function divideByHost(sites: readonly Site[], threads: number): (readonly Site[])[] {
  if (threads === 1) return [sites];
  const shares: Site[][] = Array.from({ length: threads }, () => []);
  for (const site of sites) {
    const place = placeOf(new URL(site.url).hostname, "");
    shares[Math.floor(place * threads)]!.push(site);
  }
  return shares;
}
