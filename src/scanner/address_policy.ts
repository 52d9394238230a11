/**
 * Which addresses a check may talk to, whatever name led there.
 *
 * An address inside another one (IPv4-mapped, NAT64, 6to4, Teredo) counts as both.
 */
import ipaddr from "ipaddr.js";
import { remembered } from "./remembered.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** Never a web site that somebody watches, and the first aim of whoever controls a name. */
const DENIED_BY_DEFAULT = [
  "169.254.0.0/16", // link-local, the metadata service of most clouds among them
  "fe80::/10",
  "fd00:ec2::254/128", // metadata of AWS
  "fd20:ce::254/128", // metadata of Google Cloud
  "100.100.100.200/32", // metadata of Alibaba Cloud
  "192.0.0.192/32", // metadata of Oracle Cloud
  "168.63.129.16/32", // the host agent of Azure
  "0.0.0.0/8",
  "::/128",
  "224.0.0.0/4",
  "ff00::/8",
  "255.255.255.255/32",
];

/** Words that stand for ranges. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
};

export interface AddressPolicyOptions {
  /** `loopback`, `private`, addresses and CIDR ranges; they win over every denial. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** The problem with an entry of `allow` or `deny`; `undefined` when it can be used. */
export function addressRangeProblem(entry: string): string | undefined {
  try {
    rangesOf(entry);
    return undefined;
  } catch {
    return `"${entry}" is no address, no CIDR range, and neither "loopback" nor "private"`;
  }
}

/** Decides about addresses. */
export class AddressPolicy {
  readonly #allowed: readonly Range[];
  readonly #denied: readonly Range[];

  /** True when no byte may be sent to the address; what is no address is denied. */
  readonly denies = remembered((text) => this.#denies(text));

  /** Throws when an entry is not what {@linkcode addressRangeProblem} accepts. */
  constructor({ allow = [], deny = [] }: AddressPolicyOptions = {}) {
    this.#allowed = allow.flatMap(rangesOf);
    this.#denied = [...DENIED_BY_DEFAULT, ...deny].flatMap(rangesOf);
  }

  #denies(text: string): boolean {
    const address = parseAddress(text);
    if (address === undefined) return true;
    if (isIn(address, this.#allowed)) return false;
    return withEmbedded(address).some((one) =>
      !isIn(one, this.#allowed) && isIn(one, this.#denied)
    );
  }
}

function rangesOf(entry: string): Range[] {
  const ranges = WORDS[entry] ?? [entry];
  return ranges.map((range) => {
    if (range.includes("/")) return ipaddr.parseCIDR(range) as Range;
    const address = ipaddr.parse(range);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  });
}

function parseAddress(text: string): Address | undefined {
  // A zone ("fe80::1%eth0") names an interface, not an address.
  const bare = text.replace(/%.*$/, "");
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined;
}

function isIn(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(([range, bits]) =>
    range.kind() === address.kind() && (address as ipaddr.IPv6).match(range as ipaddr.IPv6, bits)
  );
}

/** The address and, when it carries an IPv4 address, that one too. */
function withEmbedded(address: Address): Address[] {
  if (address.kind() === "ipv4") return [address];
  const bytes = address.toByteArray();
  const at = embeddedAt(address as ipaddr.IPv6, bytes);
  if (at === undefined) return [address];
  // Teredo hides the client's address by inverting its bits.
  const flip = address.range() === "teredo" ? 0xff : 0;
  return [address, new ipaddr.IPv4(bytes.slice(at, at + 4).map((byte) => byte ^ flip))];
}

function embeddedAt(address: ipaddr.IPv6, bytes: readonly number[]): number | undefined {
  const range = address.range();
  if (range === "6to4") return 2;
  if (["ipv4Mapped", "rfc6052", "rfc6145", "teredo"].includes(range)) return 12;
  // The old "IPv4-compatible" ::a.b.c.d.
  const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && range !== "loopback";
  return isCompatible ? 12 : undefined;
}
