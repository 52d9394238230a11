/** What a report keeps of an answer that was not up: the beginning of its body, and its headers. */
import { isSecretHeader } from "../../config/credentials.ts";
import { SNIPPET_LENGTH_MAX } from "../../report/bounds.ts";
import { bodyText } from "./body_text.ts";
import type { Redact } from "./failed.ts";
import { printable } from "../printable.ts";
import type { ResponseHead } from "../http/response_parser.ts";

/** Bytes of a body that are looked at: most pages begin with much white space. */
const BODY_BYTES_MAX = 16 * SNIPPET_LENGTH_MAX;

/** The body is what people look for first: headers take at most a third. */
const HEADERS_LENGTH_MAX = 340;

/** The body's text in one line, then `[name: value, …]` with hidden credentials. */
export function snippetOf(head: ResponseHead, body: Uint8Array, redact: Redact): string {
  const pairs = [...head.headers].map(([name, value]) =>
    `${name}: ${isSecretHeader(name) ? "***" : value}`
  );
  const headers = ` [${printable(redact(pairs.join(", ")), HEADERS_LENGTH_MAX)}]`;
  const text = redact(bodyText(body.subarray(0, BODY_BYTES_MAX), head.headers.get("content-type")));
  const line = printable(text.replace(/\s+/g, " ").trim(), SNIPPET_LENGTH_MAX - headers.length);
  return `${line}${headers}`.trimStart();
}
