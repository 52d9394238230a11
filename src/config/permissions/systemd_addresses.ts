/** The addresses of a process as limits in a systemd unit, which the kernel enforces. */
import { parseHost } from "../schema/host_port.ts";
import type { Permissions } from "./permissions.ts";
import type { TracesConfig } from "../schema/schema.ts";

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
  // The trace exporter is part of Deno and needs no permission, so no thread lists its address.
  const collector = traces === undefined ? [] : [new URL(traces.endpoint).host];
  const hosts = [
    ...new Set(
      [...net.filter(isRemote), ...collector].map((entry) => parseHost(entry)?.host ?? entry),
    ),
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

/** Neither a socket of the file system nor an address that only stands for this host's own. */
function isRemote(entry: string): boolean {
  return !/^(unix:|0\.0\.0\.0(:|$)|\[::\])/.test(entry);
}

/** As URLs write IPv4 and IPv6 addresses. */
function isAddress(host: string): boolean {
  return /^(\d+\.){3}\d+$/.test(host) || host.includes(":");
}
