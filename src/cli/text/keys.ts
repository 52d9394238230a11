/** Keys of a terminal, from the bytes that it sends for them. */

/** A key by its name, or the character that it types. */
export type Key =
  | ("up" | "down" | "pageup" | "pagedown" | "home" | "end")
  | ("enter" | "escape" | "backspace")
  | { readonly typed: string };

/** As xterm and its kin send them. @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const SEQUENCES: readonly (readonly [sequence: string, key: Key])[] = [
  ...(["[A", "OA"].map((sequence) => [`\x1b${sequence}`, "up"] as const)),
  ...(["[B", "OB"].map((sequence) => [`\x1b${sequence}`, "down"] as const)),
  ...(["[H", "OH", "[1~"].map((sequence) => [`\x1b${sequence}`, "home"] as const)),
  ...(["[F", "OF", "[4~"].map((sequence) => [`\x1b${sequence}`, "end"] as const)),
  ["\x1b[5~", "pageup"],
  ["\x1b[6~", "pagedown"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\x7f", "backspace"],
  ["\b", "backspace"],
];

/** Any other sequence, which is no key that is known. */
// deno-lint-ignore no-control-regex -- terminals send control characters
const OTHER = /^\x1b(\[[0-9;?]*[@-~]|O.)/;

/** The keys of one read; what is no key and no character is left out. */
export function keysOf(text: string): Key[] {
  const keys: Key[] = [];
  for (let rest = text; rest !== "";) {
    const known = SEQUENCES.find(([sequence]) => rest.startsWith(sequence));
    const other = OTHER.exec(rest)?.[0];
    const [character] = rest;
    if (known !== undefined) keys.push(known[1]);
    else if (other === undefined && character === "\x1b") keys.push("escape");
    else if (other === undefined && /^\P{Cc}$/u.test(character!)) keys.push({ typed: character! });
    rest = rest.slice((known?.[0] ?? other ?? character!).length);
  }
  return keys;
}
