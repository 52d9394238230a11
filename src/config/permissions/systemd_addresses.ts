/** The addresses of a process as a systemd unit limits them: a stop of the kernel beside the sandbox. */
import { parseHost } from "../schema/host_port.ts";
import type { Permissions } from "./permissions.ts";
import type { TracesConfig } from "../schema/service_schema.ts";

/**
 * Lines for the unit's `[Service]`. systemd takes addresses alone, so names stand in a comment; a
 * host's own name server usually is on loopback.
 *
 * @see https://www.freedesktop.org/software/systemd/man/systemd.resource-control.html#IPAddressAllow=ADDRESS%5B/PREFIXLENGTH%5D%E2%80%A6
 */
export function systemdAddresses(
  { net }: Pick<Permissions, "net">,
  traces?: Pick<TracesConfig, "endpoint">,
): string[] {
  // The exporter of traces is no thread of sitemon, and asks no permission of Deno.
  const collector = traces === undefined ? [] : [new URL(traces.endpoint).host];
  const hosts = [
    ...new Set([...net, ...collector].map((entry) => parseHost(entry)?.host ?? entry)),
  ];
  const addresses = hosts.filter(isAddress);
  const names = hosts.filter((host) => !isAddress(host) && host !== "localhost");
  const others = [...names, "the name servers, unless they are on localhost"];
  return [
    "IPAddressDeny=any",
    `IPAddressAllow=${["localhost", ...addresses].join(" ")}`,
    `# and IPAddressAllow= for the addresses of ${others.join(", ")}`,
  ];
}

/** Hosts come as urls have them: four numbers, or with colons. */
function isAddress(host: string): boolean {
  return /^(\d+\.){3}\d+$/.test(host) || host.includes(":");
}
