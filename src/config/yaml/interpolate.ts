/**
 * Secrets in values: `${NAME}`, `${NAME:-default}`, `${file:PATH}`; `$${` stands for `${`. A PATH may
 * begin with a variable, such as `${file:${CREDENTIALS_DIRECTORY}/x}` for systemd's credentials.
 */

/** Where the values come from. */
export interface References {
  /** A variable of the environment, or undefined. */
  env(name: string): string | undefined;
  file(path: string): FileText;
}

/** The text of a file, or why it cannot be read. */
export type FileText = { readonly text: string } | { readonly failure: string };

const REFERENCE = /\$\$\{|\$\{file:\$\{[^}]*\}[^}]*\}|\$\{[^}]*\}?/g;
const VARIABLE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}$/;
const FILE = /^\$\{file:(?:\$\{([A-Za-z_][A-Za-z0-9_]*)\}(?=\/))?([^}]+)\}$/;

/** Stands for a reference while the parts of a URL are told apart. */
const MASK = "\0";
/** The scheme, all up to the last `@` before the path, and the host with its port. */
const URL_PARTS = /^([a-z]+:\/\/)([^/?#\\]*@)?([^/?#\\]*)/i;
const HOST_PROBLEM = "the scheme, host and port of a URL cannot hold a reference; " +
  "write them out, and use references in its credentials, path or query";

/** What the references stood for is in `secrets`, unencoded. */
export interface Interpolated {
  readonly text: string;
  readonly secrets: readonly string[];
  readonly problems: readonly string[];
}

export function hasReference(text: string): boolean {
  return text.includes("${");
}

/** True for a text that is a single reference without a default, which says nothing of its value. */
export function isReference(text: string): boolean {
  return FILE.test(text) || (VARIABLE.test(text) && !text.includes(":-"));
}

/**
 * Replaces every reference once; what they stand for is not searched again, and is secret, except
 * defaults, which the file shows.
 */
export function interpolate(
  text: string,
  references: References,
  encode = (value: string) => value,
): Interpolated {
  const secrets: string[] = [];
  const problems: string[] = [];
  const replaced = text.replace(REFERENCE, (reference) => {
    if (reference === "$${") return "${";
    const found = resolve(reference, references);
    if (found.problem !== undefined) problems.push(found.problem);
    if (found.secret !== undefined) secrets.push(found.secret);
    return encode(found.secret ?? found.shown ?? "");
  });
  return { text: replaced, secrets, problems };
}

/**
 * The same in a URL, where no value can change which host is asked: within the credentials it is
 * percent-encoded, and before and in the host there may be none.
 */
export function interpolateUrl(url: string, references: References): Interpolated {
  const [, scheme = "", userInfo = "", host = masked(url)] = URL_PARTS.exec(masked(url)) ?? [];
  if (host.includes(MASK)) return { text: url, secrets: [], problems: [HOST_PROBLEM] };
  const end = scheme.length + userInfo.length;
  const head = interpolate(url.slice(0, end), references, encodeCredential);
  const tail = interpolate(url.slice(end), references);
  return {
    text: head.text + tail.text,
    secrets: [...head.secrets, ...tail.secrets],
    problems: [...head.problems, ...tail.problems],
  };
}

/** A URL with its references and without its credentials, whatever is within the references. */
export function withoutUserInfo(url: string): string {
  const [, scheme = "", userInfo = ""] = URL_PARTS.exec(masked(url)) ?? [];
  return scheme + url.slice(scheme.length + userInfo.length);
}

function masked(url: string): string {
  const maskOf = (found: string) => (found === "$${" ? "x" : MASK).repeat(found.length);
  return url.replace(REFERENCE, maskOf);
}

/** A colon stays, so that one reference can hold both user and password. */
function encodeCredential(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll("%3A", ":");
}

/** `shown` is a default, which the file shows. */
type Found = { readonly secret?: string; readonly shown?: string; readonly problem?: string };

function resolve(reference: string, references: References): Found {
  const [, folder, path] = FILE.exec(reference) ?? [];
  if (path !== undefined) return fromFile(folder, path, references);
  const [, name, fallback] = VARIABLE.exec(reference) ?? [];
  if (name !== undefined) return fromEnvironment(name, fallback, references);
  // It is not shown: it may be a password with "${" in it, and all that follows.
  const problem = "invalid reference; write ${NAME}, ${NAME:-default} or ${file:PATH}, " +
    "or $${ for a literal ${";
  return { problem };
}

function fromFile(folder: string | undefined, rest: string, references: References): Found {
  const start = folder === undefined ? "" : references.env(folder);
  if (start === undefined) return { problem: unset(folder!, "set it to a folder") };
  const path = start + rest;
  const file = references.file(path);
  // Editors and `echo` add a line break that is not part of the password.
  if ("text" in file) return { secret: file.text.replace(/\r?\n$/, "") };
  return { problem: `cannot read "${path}": ${file.failure}` };
}

/** As in a shell, a default replaces an empty variable too. */
function fromEnvironment(name: string, fallback: string | undefined, { env }: References): Found {
  const value = env(name);
  if (fallback !== undefined && (value === undefined || value === "")) return { shown: fallback };
  if (value !== undefined) return { secret: value };
  return { problem: unset(name, `set it, or write \${${name}:-default}`) };
}

/** Of systemd's variables, what a command beside a unit lacks is the unit. */
function unset(name: string, remedy: string): string {
  const advice = name === "CREDENTIALS_DIRECTORY"
    ? "set it to the folder of the credentials, or name the systemd unit that has them with --unit"
    : remedy;
  return `environment variable "${name}" is not set; ${advice}`;
}
