/** Messages of the DNS: a query as bytes, and what an answer says (RFC 1035, RFC 6891). */
import { Buffer } from "node:buffer";
import type { RecordType } from "../../config/schema/protocols/dns_schema.ts";
import { MalformedError, MessageReader } from "./message_reader.ts";
import { codeOf, readData } from "./record_data.ts";

/** Records of a message: more than any zone answers, and read within a few milliseconds. */
export const RECORDS_MAX = 1_000;

/** What a server may send over UDP: fragments get lost on many ways (DNS flag day 2020). */
const UDP_BYTES = 1_232;

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const TYPE_OPT = 41;
const OPT_BYTES = 11;

/** Recursion desired, and to be told whether the answer is authenticated (RFC 6840, section 5.7). */
const QUERY_FLAGS = 0x0120;
const FLAGS = { aa: 0x0400, tc: 0x0200, ra: 0x0080, ad: 0x0020 };

const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** What is asked: the name in lower case, without a last dot, and empty for the root. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: string;
}

export interface DnsAnswer {
  /** Such as `NXDOMAIN`, or else its number. */
  readonly rcode: string;
  readonly flags: readonly string[];
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

/** A query with an id that nobody can guess. */
export function encodeQuery({ name, type }: Question): Buffer {
  const [id = 0] = crypto.getRandomValues(new Uint16Array(1));
  const labels = name === "" ? [] : name.split(".");
  return Buffer.concat([
    uint16s(id, QUERY_FLAGS, 1, 0, 0, 1),
    ...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`)),
    Buffer.of(0),
    uint16s(codeOf(type), CLASS_IN),
    Buffer.of(0),
    uint16s(TYPE_OPT, UDP_BYTES, 0, 0, 0),
  ]);
}

function uint16s(...numbers: number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));
}

/** True for the answer to a query; a server that could not read the question need not repeat it. */
export function isAnswerTo(query: Buffer, bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  const [id, flags = 0, questions] = headerOf(bytes);
  // The highest bit is an answer's, and the four below are 0 of a query.
  if (id !== headerOf(query)[0] || flags >> 11 !== 0x10) return false;
  if (questions === 0) return (flags & 0x0f) !== 0;
  const question = query.subarray(HEADER_BYTES, -OPT_BYTES);
  return questions === 1 &&
    question.equals(bytes.subarray(HEADER_BYTES, HEADER_BYTES + question.length));
}

/** True when an answer is longer than what was sent of it. */
export function isTruncated(bytes: Uint8Array): boolean {
  return (headerOf(bytes)[1]! & FLAGS.tc) !== 0;
}

function headerOf(bytes: Uint8Array): number[] {
  const reader = new MessageReader(bytes);
  return Array.from({ length: HEADER_BYTES / 2 }, () => reader.uint(2));
}

/** What an answer says; throws {@linkcode MalformedError}. */
export function decodeAnswer(bytes: Uint8Array): DnsAnswer {
  const [, bits = 0, questions = 0, ...counts] = headerOf(bytes);
  const recordCount = counts.reduce((sum, count) => sum + count);
  if (recordCount > RECORDS_MAX) throw new MalformedError(`it has ${recordCount} records`);
  const reader = new MessageReader(bytes);
  reader.take(HEADER_BYTES);
  for (let index = 0; index < questions; index++) {
    reader.name();
    reader.take(4);
  }
  const [answers = [], authority = [], additional = []] = counts.map((length) =>
    Array.from({ length }, () => readRecord(reader))
  );
  // The upper bits of the response code stand where others have their TTL (RFC 6891, section 6.1.3).
  const opt = additional.find(({ code }) => code === TYPE_OPT);
  const rcode = ((opt?.seconds ?? 0) >>> 24 << 4) | (bits & 0x0f);
  const flags = Object.entries(FLAGS).filter(([, bit]) => bits & bit).map(([name]) => name);
  return { rcode: RCODES[rcode] ?? String(rcode), flags, answers, authority };
}

function readRecord(reader: MessageReader) {
  const name = reader.name();
  const code = reader.uint(2);
  const isIn = reader.uint(2) === CLASS_IN;
  const seconds = reader.uint(4);
  // What another class means is not known here: its data are bytes, as those of OPT.
  const data = readData(reader, isIn ? code : TYPE_OPT, reader.uint(2));
  // Above 31 bits a TTL counts as 0 (RFC 2181, section 8).
  return { name, code, seconds, ttl: seconds < 2 ** 31 ? seconds : 0, ...data };
}
