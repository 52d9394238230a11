/** Which parts of a configuration are credentials: never to be shown, even when they stand in the file. */
import type { Path } from "./yaml/yaml_source.ts";

/** Headers whose values let others act as sitemon. */
const SECRET_HEADER = /auth|cookie|token|secret|key|password|credential|signature|session/i;

/** True for a value that is a credential as a whole. */
export function isCredential(path: Path): boolean {
  const [parent, key] = path.slice(-2).map(String);
  if (key === "password" || (parent === "auth" && key === "bearer")) return true;
  return parent === "headers" && isSecretHeader(key ?? "");
}

/** True for a header whose value lets others act as whoever sent it. */
export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name);
}

/** True for a value that may hold credentials between `://` and `@`. */
export function isUrl(path: Path): boolean {
  const [parent, key] = path.slice(-2).map(String);
  return ["url", "proxy", "endpoint"].includes(key ?? "") || parent === "urls";
}

/** Every text that gives a url's credentials away, also as the header that they are sent in. */
export function urlCredentials(url: string): string[] {
  // Most urls have none, and to take apart those of all sites takes a while.
  const parsed = url.includes("@") ? URL.parse(url) : null;
  if (parsed === null) return [];
  const { username, password } = parsed;
  if (username === "" && password === "") return [];
  const [user, word] = [username, password].map(decoded) as [string, string];
  const secrets = [...pairCredentials(user, word), ...(word === "" ? [username] : [password])];
  return [`${username}:${password}`, ...secrets].filter((secret) => secret !== ":");
}

/** Every text that gives a name and password away, also as the header that they are sent in. */
export function pairCredentials(user: string, password: string): string[] {
  const pair = `${user}:${password}`;
  return [pair, base64(pair), password === "" ? user : password];
}

/** A header's value, and what follows a scheme such as `Bearer`. */
export function headerCredentials(name: string, value: string): string[] {
  if (!isSecretHeader(name)) return [];
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
