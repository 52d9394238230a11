/** Values that each site must have for itself. */
import type { SiteEntry } from "../yaml/site_entries.ts";

/** Reports each site that has the same text at a key as one before it. */
export function reportRepeats(
  entries: readonly SiteEntry[],
  key: readonly string[],
  messageOf: (quoted: string) => string,
): void {
  const first = new Map<string, SiteEntry>();
  for (const entry of entries) {
    const value = key.reduce<unknown>((part, name) => (part as Parts)?.[name], entry.config);
    if (typeof value !== "string") continue;
    const other = first.get(value);
    first.set(value, other ?? entry);
    if (other === undefined) continue;
    const { file, line } = other.source.place([...other.at, ...key]);
    const message = `${messageOf(JSON.stringify(value))}: first used at ${file}:${line}`;
    entry.source.report([...entry.at, ...key], message);
  }
}

type Parts = Readonly<Record<string, unknown>> | undefined;
