/** Names that no other test has: of databases, topics and groups on servers that tests share. */

/** `prefix_` and 16 hexadecimal digits: an identifier in SQL, a legal topic. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
}
