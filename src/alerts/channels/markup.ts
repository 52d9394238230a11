/** Writes a message in the format of a chat: its own escapes, its own bold, and never too long. */
import type { AlertEntry, Link, MessageText } from "../message_text.ts";

/** How a chat writes. */
export interface Markup {
  /** Makes text of a stranger nothing but text. */
  escape(text: string): string;
  /** Of escaped text. */
  bold(text: string): string;
  link(link: Link): string;
}

/** For what reads plain text. */
export const PLAIN: Markup = {
  escape: (text) => text,
  bold: (text) => text,
  link: ({ label, url }) => `${label}: ${url}`,
};

/** Discord's, Mattermost's: what begins or ends anything, and `@`, which calls people. */
export const MARKDOWN: Markup = {
  // An invisible character after the at sign: no name follows it any more.
  escape: (text) => text.replace(/[\\`*_~|>[\]#]/g, "\\$&").replaceAll("@", "@\u200b"),
  bold: (text) => `**${text}**`,
  link: ({ label, url }) => `[${label}](${linkTarget(url)})`,
};

export interface WriteOptions {
  readonly lengthMax: number;
  /** Length as the receiver counts it; characters when absent. */
  readonly lengthOf?: (text: string) => number;
}

/** In place of the lines that are too many. */
const REST = "…";

/**
 * All of a message below its title. What is too long loses whole lines, so that no escape is cut, and
 * never those with the names of others.
 */
export function writeText(
  { entries, others }: MessageText,
  markup: Markup,
  { lengthMax, lengthOf = (text) => text.length }: WriteOptions,
): string {
  const [first] = entries;
  const lines = entries.length === 1 ? linesOf(first!, markup) : entries.flatMap((entry) => [
    markup.bold(markup.escape(entry.headline)),
    ...linesOf(entry, markup),
    "",
  ]);
  const end = others === null ? "" : markup.escape(others);
  let text = "";
  for (const line of lines) {
    const next = `${text}${line}\n`;
    if (lengthOf(`${next}${REST}\n${end}`) > lengthMax) return `${text}${REST}\n${end}`.trimEnd();
    text = next;
  }
  return `${text}${end}`.trimEnd();
}

function linesOf({ facts, links }: AlertEntry, { escape, link }: Markup): string[] {
  return [...facts.map(escape), ...(links.length > 0 ? [links.map(link).join(" · ")] : [])];
}

/** A url in which nothing is left that a format could take for its end. */
export function linkTarget(url: string): string {
  return url.replace(
    /[|()<>*_~`'"\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Cuts to what a receiver accepts, without dividing a character. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, lengthMax - 1).replace(/[\ud800-\udbff\\]$/, "")}…`;
}

/** Of text as JSON: what a limit in bytes counts. */
export function jsonBytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}
