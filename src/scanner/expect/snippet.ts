/** What a report keeps of an answer that was not up: the beginning of its body, and its headers. */
import { isSecretHeader } from "../../config/secret_header.ts";
import { SNIPPET_LENGTH_MAX } from "../../report/bounds.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import type { Answer } from "../probe.ts";
import { bodyText } from "./body_text.ts";
import { headerText } from "./expect_headers.ts";

/** Bytes of a body that are looked at: most pages begin with much white space. */
const BODY_BYTES_MAX = 16 * SNIPPET_LENGTH_MAX;

/** The body is what people look for first: headers take at most a third. */
const HEADERS_LENGTH_MAX = 340;

/** The body's text in one line, then `[name: value, …]` with hidden credentials. */
export function snippetOf(
  { headers, body }: Pick<Answer, "headers" | "body">,
  redact: Redact,
): string {
  const pairs = [...headers].map(([name, value]) =>
    `${name}: ${isSecretHeader(name) ? "***" : headerText(value)}`
  );
  const inBrackets = ` [${escapeControls(redact(pairs.join(", ")), HEADERS_LENGTH_MAX)}]`;
  const beginning = { headers, body: body.subarray(0, BODY_BYTES_MAX), isTruncated: true };
  const begun = inOneLine(bodyText(beginning).text, redact, SNIPPET_LENGTH_MAX - inBrackets.length);
  return `${begun}${inBrackets}`.trimStart();
}

/** The beginning of a text without its line breaks, at most so long. */
export function inOneLine(text: string, redact: Redact, lengthMax: number): string {
  const beginning = text.slice(0, BODY_BYTES_MAX);
  return escapeControls(redact(beginning).replace(/\s+/g, " ").trim(), lengthMax);
}
