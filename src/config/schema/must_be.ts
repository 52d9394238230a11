/** The wording that every part of the schema gives its issues, and that the loader makes sentences of. */

/**
 * The message of a schema's issue: what must hold, and what to do, to which the loader adds the key
 * and what is there instead.
 */
export function mustBe(what: string, remedy: string): string {
  return `${what}${SEPARATOR}${remedy}`;
}

/** Parts a message that {@linkcode mustBe} made. */
export function partsOf(message: string): { readonly what: string; readonly remedy: string } {
  const end = message.lastIndexOf(SEPARATOR);
  if (end < 0) return { what: message, remedy: "change it" };
  return { what: message.slice(0, end), remedy: message.slice(end + SEPARATOR.length) };
}

const SEPARATOR = "; ";
