/** Settings that name files: the paths are replaced by what the files hold. */
import type { Mistake } from "../config_error.ts";
import { besideFile, type NamedFiles } from "./named_files.ts";
import type { Path, YamlSource } from "./yaml_source.ts";

/** Where the settings stand. */
export interface FileSettingsOptions {
  readonly source: YamlSource;
  /** The path of the settings in the source. */
  readonly at: Path;
  /** What people call them. */
  readonly name: string;
  readonly files: NamedFiles;
  readonly mistakes: Mistake[];
}

interface Pem {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a PEM file must hold, whatever else is in it. */
const PEM_KINDS = {
  ca: { block: /-----BEGIN (TRUSTED )?CERTIFICATE-----/, what: "a certificate" },
  cert: { block: /-----BEGIN CERTIFICATE-----/, what: "a certificate" },
  key: { block: /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/, what: "a private key without password" },
} as const;

/** The text of the body that a site sends. */
export function readBody(
  body: string | { readonly file: string } | undefined,
  options: FileSettingsOptions,
): string | undefined {
  if (typeof body !== "object") return body;
  return readFile(body.file, "file", {
    ...options,
    at: [...options.at, "body"],
    name: `${options.name}.body`,
  });
}

/** TLS settings with the contents of their PEM files. */
export function readPems<T extends Pem>(tls: T, options: FileSettingsOptions): T {
  const kinds = Object.keys(PEM_KINDS) as (keyof typeof PEM_KINDS)[];
  const texts = kinds.flatMap((kind) => {
    const path = tls[kind];
    return path === undefined ? [] : [[kind, readPem(path, kind, options) ?? ""]];
  });
  return { ...tls, ...Object.fromEntries(texts) };
}

function readPem(
  path: string,
  kind: keyof typeof PEM_KINDS,
  options: FileSettingsOptions,
): string | undefined {
  const text = readFile(path, kind, options);
  const { block, what } = PEM_KINDS[kind];
  if (text === undefined || block.test(text)) return text;
  options.mistakes.push({
    ...options.source.place([...options.at, kind]),
    message: `Cannot use "${options.name}.${kind}" as the file must hold ${what} as PEM: ` +
      `"${path}" does not; name another file`,
  });
  return undefined;
}

function readFile(path: string, key: string, options: FileSettingsOptions): string | undefined {
  const found = options.files.read(besideFile(options.source.file, path));
  if ("text" in found) return found.text;
  options.mistakes.push({
    ...options.source.place([...options.at, key]),
    message: `Cannot read "${options.name}.${key}" as the file must be readable: ` +
      `"${path}" ${found.failure}; correct the path`,
  });
  return undefined;
}
