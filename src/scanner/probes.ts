/** Every protocol that a site can be checked by. */
import { dnsProbe } from "./dns/dns_probe.ts";
import { httpProbe } from "./http/http_probe.ts";
import type { Probe } from "./probe.ts";
import { socketProbe } from "./socket/socket_probe.ts";

const PROBES: Readonly<Record<string, Probe>> = {
  http: httpProbe,
  https: httpProbe,
  tcp: socketProbe,
  tls: socketProbe,
  dns: dnsProbe,
};

/** The probe for the protocol of a url; throws when there is none. */
export function probeOf(url: string): Probe {
  const protocol = url.slice(0, url.indexOf(":")).toLowerCase();
  const probe = PROBES[protocol];
  if (probe === undefined) throw new TypeError(`no probe for protocol "${protocol}"`);
  return probe;
}
