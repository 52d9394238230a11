/** What the YAML parser finds wrong, in sitemon's sentences. */
import type { ErrorCode } from "yaml";

/** A sentence for a problem of the parser. */
export function yamlSentence(code: ErrorCode, message: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "Cannot use this key as the keys of a mapping must be unique: it stands there before; remove one";
    case "TAG_RESOLVE_FAILED":
      return `Cannot use this tag as values must be plain YAML: ${detail(message)}; ` +
        "put a text that begins with ! in quotes";
    case "MULTIPLE_DOCS":
      return "Cannot use this document as a file must hold a single one: it is the second; remove it";
    case "TAB_AS_INDENT":
      return "Cannot read this line as YAML must be indented by spaces: it begins with a tab; replace it";
    default:
      return `Cannot read this as it must be well-formed YAML: ${detail(message)}; ` +
        "correct it here or just before";
  }
}

/** The parser's own words, in one line and without what it quotes: that may be a password. */
function detail(message: string): string {
  if (/call stack/i.test(message)) return "it is nested too deeply";
  const [first = ""] = message.split("\n");
  const words = first.replace(/:\s*".*$/, "").replace(/[.:]?\s*$/, "");
  return words.charAt(0).toLowerCase() + words.slice(1);
}
