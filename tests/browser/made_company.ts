/** A company whose sites are checked from three locations: as many as asked for, a few in trouble. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import { aMute, anAlert, firing, idOf } from "../contract/some_alerts.ts";
import { madePast, type PastSite } from "../web/made_past.ts";
import type { Making } from "../web/made_reports.ts";
import { MadeStore } from "../web/made_store.ts";

const LOCATIONS = ["fra", "gru", "iad"];
/** Each with the team that it belongs to. */
const SERVICES = [
  ...[["checkout", "shop"], ["shop", "shop"], ["payments", "shop"], ["search", "shop"]],
  ...[["blog", "press"], ["docs", "press"], ["newsletter", "press"]],
  ...[["login", "platform"], ["mail", "platform"], ["vpn", "platform"]],
] as const;
/** With no more sites than these, each has a past by the hour. */
const PAST_BY_HOUR_MAX = 12;
const PAST_STEP_MS = 6 * DAY_MS;

/** Of an outage that many share. */
const GATEWAY: Making = {
  outcome: "down",
  reason: "status",
  response_code: 502,
  error_text: "unexpected status 502, expected 200",
  failures: ["unexpected status 502, expected 200"],
  snippet: "<html>\n<h1>502 Bad Gateway</h1>\n<p>nginx</p>\n</html>",
};

/** What is wrong with a site, since when, and where if not everywhere. */
type Trouble = Making & { readonly only?: string };

/** By the site's place in the list. */
const TROUBLES: readonly Trouble[] = [
  { ...GATEWAY, agoMs: 4 * MINUTE_MS },
  {},
  {
    ...{ outcome: "degraded", reason: "slow", response_time: 3_204, agoMs: 26 * MINUTE_MS },
    error_text: "response time 3,204 ms, expected at most 1,000",
  },
  {},
  {
    ...{ outcome: "down", reason: "connect_timeout", response_code: null, only: "gru" },
    ...{ agoMs: 40 * MINUTE_MS, error_text: "cannot connect to 192.0.2.7:443 within 10 s" },
  },
];
/** One of so many fails with the gateway, where there are many. */
const FAILING_EVERY = 35;

function nameOf(index: number): { readonly site: string; readonly team: string } {
  const [service, team] = SERVICES[index % SERVICES.length]!;
  const round = Math.floor(index / SERVICES.length);
  return { site: round === 0 ? service : `${service}-${round + 1}`, team };
}

/** The sites, and what each has had since a moment ago, with its past; disposing removes all of it. */
export async function madeCompany(count: number): Promise<MadeStore> {
  const made = await MadeStore.create();
  const sites = Array.from({ length: count }, (_, index) => {
    const { site, team } = nameOf(index);
    return { site, url: `https://${site}.example.com/`, labels: { team } };
  });
  for (const location of LOCATIONS) {
    const past = count <= PAST_BY_HOUR_MAX ? madePast(sites) : rarePast(sites);
    await made.add(...past.map((one) => ({ ...one, location })));
  }
  await made.add(
    ...sites.flatMap((site, index) => LOCATIONS.flatMap((location) => now(site, location, index)))
      .toSorted((a, b) => b.agoMs! - a.agoMs!),
  );
  await say(made);
  return made;
}

function rarePast(sites: readonly PastSite[]): Making[] {
  return sites.map((site) => ({ ...site, agoMs: PAST_STEP_MS, next_check_ms: PAST_STEP_MS }));
}

/** From before the trouble until now. */
function now(site: Making, location: string, index: number): Making[] {
  const isOneOfMany = index >= SERVICES.length && index % FAILING_EVERY === 0;
  const many = { ...GATEWAY, agoMs: 47 * MINUTE_MS + index * 10 };
  const found: Trouble = TROUBLES[index] ?? (isOneOfMany ? many : {});
  const { only, agoMs = 0, ...trouble } = found;
  const all = { ...site, location, next_check_ms: HOUR_MS, response_time: 38 + index % 40 };
  const timings = { dns: 412, connect: 10_250, tls: 23_800, first_byte: 56_400, transfer: 5_200 };
  const certificate_expires_at = (Date.now() + 63 * DAY_MS) * 1_000;
  const newest = { ...all, timings, certificate_expires_at, agoMs: 4_000 };
  const well = { ...all, agoMs: 3 * HOUR_MS };
  if (agoMs === 0 || (only ?? location) !== location) return [well, newest];
  // Until the next report, however long the trouble lasts.
  const first = { ...all, ...trouble, agoMs, next_check_ms: PAST_STEP_MS };
  return [well, first, { ...newest, ...trouble }];
}

/** Alerts, of which one is acknowledged, and planned work. */
async function say(made: MadeStore): Promise<void> {
  const at = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
  const labels = { runbook: "https://wiki.example.com/runbooks/gateway" };
  const { detail } = anAlert(1);
  const times = (minutes: number) => ({ began_at: at(minutes), fired_at: at(minutes - 1) });
  await made.decide(firing(
    anAlert(1, { site: "checkout", ...times(4), detail: { ...detail, labels } }),
    anAlert(2, { site: "payments", kind: "degraded", severity: "warning", ...times(26) }),
  ));
  await made.records.acknowledge(idOf(1), "ann", "restarting the gateway");
  const from = new Date(Date.now() + 5 * HOUR_MS);
  const until = new Date(from.getTime() + 2 * HOUR_MS);
  const reason = "Bigger disks for the mail servers";
  const window = { kind: "maintenance", from, until, names: ["mail*"], reason } as const;
  await made.records.putMute(aMute("disks", window));
}
