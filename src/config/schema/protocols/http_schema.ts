/** The schema of http and https urls, and which keys their sites alone have. */
import * as z from "zod";
import type { UrlProtocol } from "./protocol.ts";

/** As long as a report's `url` may be. */
export const URL_LENGTH_MAX = 2_048;

/** What every url is at least. */
export const URL_FORM = `URL of at most ${URL_LENGTH_MAX} characters, without spaces and wildcards`;

const RULE = `is not an http or https ${URL_FORM}`;

export const HTTP: UrlProtocol = {
  schemes: ["http", "https"],
  urlRule: RULE,
  urlOf: (text) => isHttpUrl(text) ? text : undefined,
  own: [{
    keys: [
      ...["method", "headers", "body", "auth", "redirects", "proxy", "traceparent"],
      ...["expect.status", "expect.header"],
    ],
    need: "an http or https url",
  }],
  shares: () => ["visit", "connection", "tls", "text", "body"],
};

export const httpUrlSchema = z.string({ error: RULE }).max(URL_LENGTH_MAX).refine(isHttpUrl);

export const proxySchema = z.string({
  error: "is not a URL of the form http://[user:password@]host:port",
}).refine(isProxyUrl);

/** Stricter than a URL parser, which accepts spaces, line breaks and missing or doubled slashes. */
function isHttpUrl(url: string): boolean {
  return /^https?:\/\/[^/\\\s\p{Cc}\p{Cs}][^\s\p{Cc}\p{Cs}]*$/iu.test(url) &&
    hasPlainHost(URL.parse(url));
}

function isProxyUrl(url: string): boolean {
  if (!/^http:\/\/[^/\\\s\p{Cc}]+\/?$/iu.test(url)) return false;
  const parsed = URL.parse(url);
  return parsed?.search === "" && parsed.hash === "" && hasPlainHost(parsed);
}

/** Hosts become permissions, in which an asterisk and a comma would mean more than one host. */
function hasPlainHost(url: URL | null): boolean {
  return url !== null && /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)$/.test(url.hostname);
}

/** True for an http or https URL without credentials, query and fragment. */
export function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}
