/** What a command says of a site that the store does not have. */
import { nearest } from "../config/yaml/shown_value.ts";
import { printable } from "./text/terminal_text.ts";

/** A line, with the name that was probably meant if one is similar. */
export function unknownSite(site: string, names: readonly string[]): string {
  const hint = similarName(site, names) ?? '"sitemon status" lists the names';
  return `no such site in the store: ${printable(`"${site}"`)}; ${hint}\n`;
}

/** A line for words and filters that no site fits, with the name that the words may mean. */
export function noSiteFits(words: readonly string[], names: readonly string[]): string {
  const hint = words.length === 0 ? undefined : similarName(words.join(" "), names);
  return `no site of ${names.length} is as asked for${hint === undefined ? "" : `; ${hint}`}\n`;
}

function similarName(name: string, names: readonly string[]): string | undefined {
  const similar = nearest(name, names);
  return similar === undefined ? undefined : `did you mean ${printable(`"${similar}"`)}?`;
}
