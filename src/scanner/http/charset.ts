/** Names of character encodings, as Content-Type and documents have them. */

/** Encodings that the standard knows and lets nobody decode, since their texts can hide another. */
const UNSAFE = /^(csiso2022kr|hz-gb-2312|iso-2022-(cn|cn-ext|kr)|replacement)$/i;

/** True for a label of the encoding standard. @see https://encoding.spec.whatwg.org/#names-and-labels */
export function isCharset(label: string): boolean {
  if (isUnsafeCharset(label)) return true;
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** True for an encoding that browsers know and refuse to decode. */
export function isUnsafeCharset(label: string): boolean {
  return UNSAFE.test(label);
}
