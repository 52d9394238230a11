/**
 * Which addresses a check may talk to, whatever name led there.
 *
 * An address inside another one (IPv4-mapped, NAT64, 6to4, Teredo) counts as both.
 */
import ipaddr from "ipaddr.js";
import { memoize } from "../../runtime/memoize.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What a range of a list says about the addresses in it. */
export interface AddressRule {
  readonly list: "allow" | "deny" | "default";
  /** The entry of the list as it was written, and its range. */
  readonly entry: string;
  readonly cidr: string;
}

interface Range {
  readonly rule: AddressRule;
  readonly address: Address;
  readonly bits: number;
}

/** Never a web site worth checking, and what an attacker who controls a name aims at first. */
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

/** Names of ranges. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["loopback", ["127.0.0.0/8", "::1/128"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]],
]);

export interface AddressPolicyOptions {
  /** `loopback`, `private`, addresses and CIDR ranges; they override every denial. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** What is wrong with an entry of `allow` or `deny`, to follow it; `undefined` when it can be used. */
export function addressRangeProblem(entry: string): string | undefined {
  try {
    rangesOf(entry, "allow");
    return undefined;
  } catch {
    return 'is not an address, a CIDR range, "loopback" or "private"';
  }
}

/** What was decided about an address, and by which rule; by none when no list names it. */
export interface AddressDecision extends Partial<AddressRule> {
  readonly isDenied: boolean;
  /** The address inside it that was decided about, where it carries one. */
  readonly carried?: string;
}

/** Decides about addresses. */
export class AddressPolicy {
  /** The first one that holds an address decides: what is allowed overrides every denial. */
  readonly #ranges: readonly Range[];

  /** True when no byte may be sent to the address; what is no address is denied. */
  readonly denies = memoize((text) => this.decide(text).isDenied);

  /** Throws when an entry is not what {@linkcode addressRangeProblem} accepts. */
  constructor({ allow = [], deny = [] }: AddressPolicyOptions = {}) {
    this.#ranges = [
      ...allow.flatMap((entry) => rangesOf(entry, "allow")),
      ...deny.flatMap((entry) => rangesOf(entry, "deny")),
      ...DENIED_BY_DEFAULT.flatMap((entry) => rangesOf(entry, "default")),
    ];
  }

  /** Whether an address may be talked to, and which entry says so. */
  decide(text: string): AddressDecision {
    const address = parseAddress(text);
    if (address === undefined) return { isDenied: true };
    for (const one of withEmbedded(address)) {
      const rule = this.#ruleOf(one);
      if (rule === undefined) continue;
      if (rule.list !== "allow") {
        return { isDenied: true, ...rule, ...(one === address ? {} : { carried: `${one}` }) };
      }
      if (one === address) return { isDenied: false, ...rule };
    }
    return { isDenied: false };
  }

  #ruleOf(one: Address): AddressRule | undefined {
    return this.#ranges.find(({ address, bits }) =>
      address.kind() === one.kind() && (one as ipaddr.IPv6).match(address as ipaddr.IPv6, bits)
    )?.rule;
  }
}

function rangesOf(entry: string, list: AddressRule["list"]): Range[] {
  return (WORDS.get(entry) ?? [entry]).map((cidr) => {
    const rule = { list, entry, cidr };
    if (!cidr.includes("/")) {
      const address = ipaddr.parse(cidr);
      return { rule, address, bits: address.kind() === "ipv4" ? 32 : 128 };
    }
    const [address, bits] = ipaddr.parseCIDR(cidr);
    return { rule, address, bits };
  });
}

function parseAddress(text: string): Address | undefined {
  // A zone ("fe80::1%eth0") names an interface, not an address.
  const bare = text.replace(/%.*$/, "");
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined;
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
