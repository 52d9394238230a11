/** Bytes for people, safe to print: in hexadecimal, with what is ASCII of them beside it. */

const BYTES_A_LINE = 16;

/** Lines as those of `hexdump -C`, each with its line break. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_A_LINE) {
    const part = bytes.subarray(offset, offset + BYTES_A_LINE);
    const numbers = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = String.fromCharCode(...part).replace(/[^\x20-\x7e]/g, ".");
    const place = offset.toString(16).padStart(8, "0");
    lines.push(`${place}  ${numbers.padEnd(3 * BYTES_A_LINE - 1)}  |${text}|\n`);
  }
  return lines.join("");
}
