/** Addresses of brokers as they are written, and as kafkajs can be told them. */

interface Address {
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, or `[ipv6]:port`. */
export function brokerAddress({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Kafkajs takes what precedes the first colon for the host, so that it must not see the others. */
export function withoutColons(server: string): string {
  return server.replace(/^\[.*\]/, (host) => host.replaceAll(":", "_"));
}

/** The host, or the text with the host, of which {@linkcode withoutColons} took the colons. */
export function withColons(text: string): string {
  return text.replaceAll(/\[[0-9a-f_.]+\]/g, (host) => host.replaceAll("_", ":"));
}
