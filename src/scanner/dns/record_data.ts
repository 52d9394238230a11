/** The data of records as text, by their type: as zone files have it, without last dots. */
import { Buffer } from "node:buffer";
import type { RecordType } from "../../config/schema/protocols/dns_schema.ts";
import { escaped, MalformedError, type MessageReader } from "./message_reader.ts";

/** How a field is read; some take all until the end of the data. */
const FIELDS = {
  uint8: (reader) => String(reader.uint(1)),
  uint16: (reader) => String(reader.uint(2)),
  uint32: (reader) => String(reader.uint(4)),
  name: (reader) => reader.name(),
  ipv4: (reader) => reader.take(4).join("."),
  ipv6: (reader) =>
    shortest(Array.from({ length: 8 }, () => reader.uint(2).toString(16)).join(":")),
  tag: (reader) => escaped(reader.take(reader.uint(1)), "\\"),
  quoted: (reader, end) => `"${escaped(reader.take(end - reader.at), '\\"')}"`,
  // One text, in however many strings.
  strings(reader, end) {
    let text = "";
    while (reader.at < end) text += escaped(reader.take(reader.uint(1)), "\\");
    return text;
  },
} satisfies Record<string, (reader: MessageReader, end: number) => string>;

/** The number of each type, and its fields. */
const TYPES: Readonly<Record<RecordType, readonly [code: number, ...(keyof typeof FIELDS)[]]>> = {
  A: [1, "ipv4"],
  AAAA: [28, "ipv6"],
  CAA: [257, "uint8", "tag", "quoted"],
  CNAME: [5, "name"],
  MX: [15, "uint16", "name"],
  NS: [2, "name"],
  PTR: [12, "name"],
  SOA: [6, "name", "name", "uint32", "uint32", "uint32", "uint32", "uint32"],
  SRV: [33, "uint16", "uint16", "uint16", "name"],
  TXT: [16, "strings"],
};

const BY_CODE = new Map(
  Object.entries(TYPES).map(([type, [code, ...fields]]) => [code, { type, fields }]),
);

/** The number of a type in messages. */
export function codeOf(type: RecordType): number {
  return TYPES[type][0];
}

/** The name of a type, and data of so many bytes; of a type that is not known here as RFC 3597 has it. */
export function readData(reader: MessageReader, code: number, byteCount: number) {
  const { type, fields } = BY_CODE.get(code) ?? {};
  if (fields === undefined) {
    const digits = Buffer.from(reader.take(byteCount)).toString("hex");
    return { type: `TYPE${code}`, data: `\\# ${byteCount} ${digits}` };
  }
  const end = reader.at + byteCount;
  const data = fields.map((field) => FIELDS[field](reader, end)).join(" ");
  if (reader.at !== end) {
    throw new MalformedError(`a record of the type ${type} has another length`);
  }
  return { type: type!, data };
}

/** Data as a person may have written it, in the form of this file. */
export function canonicalData(text: string, type: RecordType): string {
  if (type === "TXT" || type === "CAA") return text;
  return type === "AAAA" ? shortest(text) : text.toLowerCase().replaceAll(/(?<=\S)\.(?!\S)/g, "");
}

/** An IPv6 address in its shortest form (RFC 5952); other text stays as it is. */
function shortest(address: string): string {
  return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address;
}
