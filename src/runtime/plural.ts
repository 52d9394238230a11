/** The plural of a noun that takes an "s", where a count stands before it. */

export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
