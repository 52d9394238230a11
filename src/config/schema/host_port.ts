/** Network addresses: `host:port` and `[::1]:port` in the file, their two parts in the program. */
import * as z from "zod";

/** Where something listens. An IPv6 address has no brackets here. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A host of which one port or every port is meant. */
export interface HostAndMaybePort {
  readonly host: string;
  readonly port?: number;
}

const PORT_MAX = 65_535;

/** RFC 1123 names, with the underscore that container networks use, and IPv4 addresses. */
const NAME = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?";
const HOST_PORT = new RegExp(`^(\\[[0-9A-Fa-f:.]+\\]|${NAME})(?::(\\d{1,5}))?$`);

const NO_HOST_PORT = "is not a host:port address, such as 127.0.0.1:9464";

/** `host:port`; port 0 only where `portMin` allows it, for a listener that takes any free port. */
export function hostPort({ portMin = 1 }: { readonly portMin?: 0 | 1 } = {}) {
  return address<HostPort>(NO_HOST_PORT, ({ port = -1 }) => port >= portMin);
}

/**
 * Several `host` or `host:port`, as a list, with commas between them as Kafka's own tools take them, or
 * both; `port` is that of a host without one.
 */
export function hostPorts(
  { port, countMax }: { readonly port: number; readonly countMax: number },
) {
  const error = `is not 1 to ${countMax} addresses, host or host:port, as a list or with commas ` +
    "between them";
  return z.codec(z.union([z.string(), z.array(z.string())], { error }), z.custom<HostPort[]>(), {
    decode(value, context) {
      const hosts = [value].flat().map((item, index) =>
        item.split(",").map((text) => {
          const host = { port, ...parseHost(text.trim()) };
          if (host.host !== undefined && host.port !== 0) return host as HostPort;
          const path = Array.isArray(value) ? [index] : [];
          context.issues.push({ code: "custom", input: item, path, message: NO_HOST_PORT });
          return z.NEVER;
        })
      ).flat();
      if (hosts.length >= 1 && hosts.length <= countMax) return hosts;
      context.issues.push({ code: "custom", input: value, message: error });
      return z.NEVER;
    },
    encode: (hosts) => hosts.length === 1 ? formatHost(hosts[0]!) : hosts.map(formatHost),
  });
}

/** `host`, for all of its ports, or `host:port`. */
export function hostMaybePort() {
  const error = "is not a host or host:port without scheme, path and wildcard";
  return address<HostAndMaybePort>(error, ({ port }) => port !== 0);
}

function address<T extends HostAndMaybePort>(
  error: string,
  isAllowed: (host: HostAndMaybePort) => boolean,
) {
  return z.codec(z.string({ error }), z.custom<T>(), {
    decode(value, context) {
      const host = parseHost(value);
      if (host !== undefined && isAllowed(host)) return host as T;
      context.issues.push({ code: "custom", input: value, message: error });
      return z.NEVER;
    },
    encode: formatHost,
  });
}

/**
 * The parts of `host`, `host:port`, `[ipv6]` or `[ipv6]:port`, the host as urls have it: in lower
 * case, an address in its shortest form. Undefined when the text is none of them.
 */
export function parseHost(text: string): HostAndMaybePort | undefined {
  const [, name, digits] = HOST_PORT.exec(text) ?? [];
  if (name === undefined || !URL.canParse(`http://${name}/`)) return undefined;
  const host = new URL(`http://${name}/`).hostname.replace(/^\[|\]$/g, "");
  if (digits === undefined) return { host };
  const port = Number(digits);
  return port <= PORT_MAX ? { host, port } : undefined;
}

/** `host`, `host:port`, `[ipv6]` or `[ipv6]:port`. */
export function formatHost({ host, port }: HostAndMaybePort): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}
