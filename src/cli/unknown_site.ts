/** What a command says of a site that the store does not have. */
import { nearest } from "../config/yaml/shown_value.ts";
import { printable } from "./text/terminal_text.ts";

/** A line, with the name that was probably meant if one is similar. */
export function unknownSite(site: string, names: readonly string[]): string {
  const similar = nearest(site, names);
  const hint = similar === undefined
    ? '"sitemon status" lists the names'
    : `did you mean ${printable(`"${similar}"`)}?`;
  return `no such site in the store: ${printable(`"${site}"`)}; ${hint}\n`;
}
