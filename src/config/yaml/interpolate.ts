/**
 * Secrets in values: `${NAME}`, `${NAME:-default}`, `${file:PATH}`; `$${` stands for `${`. A PATH may
 * begin with a variable, such as `${file:${CREDENTIALS_DIRECTORY}/x}` for systemd's credentials.
 */

/** Where the values come from. */
export interface References {
  /** A variable of the environment, or undefined. */
  env(name: string): string | undefined;
  /** The text of a file, or why there is none, as the end of a sentence about it. */
  file(path: string): { readonly text: string } | { readonly failure: string };
}

/** A text with its references replaced. */
export interface Interpolation {
  readonly text: string;
  /** What references stood for; defaults are not among them, since the file shows them. */
  readonly secrets: readonly string[];
  /** Sentences about references that stand for nothing. */
  readonly problems: readonly string[];
}

const REFERENCE = /\$\$\{|\$\{file:\$\{[^}]*\}[^}]*\}|\$\{[^}]*\}?/g;
const VARIABLE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}$/;
const FILE = /^\$\{file:(?:\$\{([A-Za-z_][A-Za-z0-9_]*)\}(?=\/))?([^}]+)\}$/;

/** True when a text has something to replace. */
export function hasReference(text: string): boolean {
  return text.includes("${");
}

/** Replaces every reference once; what they stand for is not looked at again. */
export function interpolate(text: string, references: References): Interpolation {
  const secrets: string[] = [];
  const problems: string[] = [];
  const replaced = text.replace(REFERENCE, (reference) => {
    if (reference === "$${") return "${";
    const found = resolve(reference, references);
    if (found.problem !== undefined) problems.push(found.problem);
    if (found.secret !== undefined) secrets.push(found.secret);
    return found.secret ?? found.shown ?? "";
  });
  return { text: replaced, secrets, problems };
}

interface Found {
  readonly secret?: string;
  /** Stands in the file itself. */
  readonly shown?: string;
  readonly problem?: string;
}

function resolve(reference: string, references: References): Found {
  const [, folder, path] = FILE.exec(reference) ?? [];
  if (path !== undefined) return fromFile({ folder, path }, references);
  const [, name, fallback] = VARIABLE.exec(reference) ?? [];
  if (name !== undefined) return fromEnvironment(name, fallback, references);
  return {
    problem: `Cannot resolve ${JSON.stringify(reference)} as it must be \${NAME}, ` +
      "${NAME:-default} or ${file:PATH}: it is none of them; write $${ where ${ itself is meant",
  };
}

function fromFile(
  { folder, path: rest }: { readonly folder: string | undefined; readonly path: string },
  references: References,
): Found {
  const start = folder === undefined ? "" : references.env(folder);
  if (start === undefined) return notSet(folder!);
  const path = `${start}${rest}`;
  const file = references.file(path);
  // Editors and `echo` end a file with a line break that belongs to no password.
  if ("text" in file) return { secret: file.text.replace(/\r?\n$/, "") };
  return {
    problem: `Cannot resolve "\${file:${path}}" as the file must be readable: ` +
      `it ${file.failure}; correct the path`,
  };
}

/** As in a shell, an empty variable gives way to a default, and without one it is just empty. */
function fromEnvironment(
  name: string,
  fallback: string | undefined,
  references: References,
): Found {
  const value = references.env(name);
  if (fallback !== undefined && (value === undefined || value === "")) return { shown: fallback };
  return value === undefined ? notSet(name) : { secret: value };
}

function notSet(name: string): Found {
  return {
    problem: `Cannot resolve "\${${name}}" as the environment must have it: it is not set; ` +
      `set it, or write \${${name}:-default}`,
  };
}
