/** Which parts of a configuration are credentials: never to be shown, even when they stand in the file. */
import type { Path } from "./yaml_source.ts";

/** Headers whose values let others act as sitemon. */
const SECRET_HEADER = /auth|cookie|token|secret|key|password|credential|signature|session/i;

/** True for a value that is a credential as a whole. */
export function isCredential(path: Path): boolean {
  const [parent, key] = path.slice(-2).map(String);
  if (key === "password") return true;
  return parent === "headers" && SECRET_HEADER.test(key ?? "");
}

/** True for a value that may hold credentials between `://` and `@`. */
export function isUrl(path: Path): boolean {
  return ["url", "proxy"].includes(String(path.at(-1)));
}

/** Every text that gives a url's credentials away, also as the header that they are sent in. */
export function urlCredentials(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  if (username === "" && password === "") return [];
  const [user, word] = [username, password].map(decoded) as [string, string];
  const pair = `${user}:${word}`;
  const secrets = [pair, base64(pair), ...(word === "" ? [username, user] : [password, word])];
  return [`${username}:${password}`, ...secrets].filter((secret) => secret !== ":");
}

/** A header's value, and what follows a scheme such as `Bearer`. */
export function headerCredentials(name: string, value: string): string[] {
  if (!SECRET_HEADER.test(name)) return [];
  const [, word] = /^\S+\s+(\S.*)$/.exec(value) ?? [];
  return word === undefined ? [value] : [value, word];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
