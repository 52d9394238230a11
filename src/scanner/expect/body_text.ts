/** The text of a body, decoded as browsers decode it. */
import { Buffer } from "node:buffer";
import { isCharset, isUnsafeCharset } from "../http/charset.ts";
import type { Answer } from "../probe.ts";

/** A body as far as it was read and decoded. */
export interface BodyText {
  readonly text: string;
  readonly isTruncated: boolean;
  /** Why the text is not all that the bytes say, such as `body is not valid utf-8`. */
  readonly problem?: string;
}

/** The beginning of a page in which a declaration is looked for, by the HTML standard. */
const DECLARATION_BYTES_MAX = 1_024;

/** What the bytes begin with wins over every declaration. */
const BYTE_ORDER_MARKS: readonly [bytes: readonly number[], label: string][] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xfe, 0xff], "utf-16be"],
  [[0xff, 0xfe], "utf-16le"],
];

/**
 * Decodes a body: by its byte-order mark, else by Content-Type, else by what an HTML or XML document
 * declares, else as UTF-8. What cannot be decoded becomes U+FFFD, and is told as the problem.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
 */
export function bodyText(
  { body, headers, isTruncated, unknownCoding }: Pick<
    Answer,
    "body" | "headers" | "isTruncated" | "unknownCoding"
  >,
): BodyText {
  const label = labelOf(body, headers.get("content-type") ?? "");
  const found = decode(body, label, isTruncated);
  if (unknownCoding === undefined) return { ...found, isTruncated };
  return { ...found, isTruncated, problem: `body has the unknown coding "${unknownCoding}"` };
}

function decode(bytes: Uint8Array, label: string, isTruncated: boolean) {
  if (isUnsafeCharset(label)) {
    const problem = `body is in ${label}, which browsers refuse to decode`;
    return { text: new TextDecoder().decode(bytes), problem };
  }
  try {
    // Where a body was cut, its last character may be cut too.
    return { text: new TextDecoder(label, { fatal: true }).decode(bytes, { stream: isTruncated }) };
  } catch {
    const decoder = new TextDecoder(label);
    return { text: decoder.decode(bytes), problem: `body is not valid ${decoder.encoding}` };
  }
}

function labelOf(bytes: Uint8Array, contentType: string): string {
  for (const [mark, label] of BYTE_ORDER_MARKS) {
    if (mark.every((byte, index) => bytes[index] === byte)) return label;
  }
  const [, charset] = /charset\s*=\s*(?:"\s*)?([^\s";,]+)/i.exec(contentType) ?? [];
  if (charset !== undefined && isCharset(charset)) return charset;
  const isMarkup = contentType === "" || /html|xml/i.test(contentType);
  return (isMarkup ? declaredLabel(bytes) : undefined) ?? "utf-8";
}

/** What `<?xml encoding="…"?>`, `<meta charset="…">` or `<meta http-equiv="content-type" …>` declares. */
function declaredLabel({ buffer, byteOffset, length }: Uint8Array): string | undefined {
  const beginning = Buffer.from(buffer, byteOffset, Math.min(length, DECLARATION_BYTES_MAX))
    .toString("latin1").replaceAll(/<!--[^]*?(-->|$)/g, "");
  const [, xml] = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)/.exec(beginning) ?? [];
  const labels = [xml, ...beginning.matchAll(/<meta[\s/][^>]*/gi).map(([tag]) => metaLabel(tag))];
  const label = labels.find((one) => one !== undefined && isCharset(one));
  // A document in which this could be read is not in UTF-16.
  if (/utf-?16/i.test(label ?? "")) return "utf-8";
  return label?.toLowerCase() === "x-user-defined" ? "windows-1252" : label;
}

/** Begins at the beginning of a name, so that a long one is not looked at from each of its characters. */
const ATTRIBUTE = /(?<![^\s=/>"'])([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;

function metaLabel(tag: string): string | undefined {
  const pairs = tag.matchAll(ATTRIBUTE).map(([, name, ...values]) =>
    [name!.toLowerCase(), values.find((value) => value !== undefined) ?? ""] as const
  );
  const attributes = new Map(pairs);
  const isContentType = attributes.get("http-equiv")?.toLowerCase() === "content-type";
  const content = isContentType ? attributes.get("content") : undefined;
  const [, inContent] = /charset\s*=\s*["']?([^\s"';]+)/i.exec(content ?? "") ?? [];
  return attributes.get("charset")?.trim() ?? inContent;
}
