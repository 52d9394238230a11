/** Settings that name files: the contents of the files replace the paths. */
import type { PostgresTls } from "../loaded_config.ts";
import { parsePostgresUrl } from "../schema/postgres_url.ts";
import type { Config } from "../schema/schema.ts";
import type { SiteTls } from "../site.ts";
import { besideFile, type LoadContext } from "../yaml/load_context.ts";
import { keyName, type Path, valueAt, type YamlSource } from "../yaml/yaml_source.ts";
import { pemProblems, type Pems } from "./pem_problems.ts";
import { camelKeys } from "./resolve_site.ts";

/** Where settings are defined. */
export interface SettingsPlace {
  readonly source: YamlSource;
  readonly at: Path;
  /** What messages call that path. */
  readonly name: string;
  readonly context: LoadContext;
}

const PEM_KINDS = ["ca", "cert", "key"] as const;

export function readBody(
  body: string | { readonly file: string } | undefined,
  place: SettingsPlace,
): string | undefined {
  return typeof body === "object" ? readFile(body.file, "file", within(place, "body")) : body;
}

/** The TLS settings in `tls` with the contents of their PEM files. */
export function readPems<T extends Pems>(tls: T, place: SettingsPlace): T {
  return readPemsIn(tls, within(place, "tls"));
}

/** Settings with the contents of the PEM files that they name themselves. */
export function readPemsIn<T extends Pems>(tls: T, inside: SettingsPlace): T {
  reportUnpaired(inside);
  const texts: Pems = Object.fromEntries(PEM_KINDS.flatMap((kind) => {
    const path = tls[kind];
    const text = path === undefined ? undefined : readFile(path, kind, inside);
    return text === undefined ? [] : [[kind, text]];
  }));
  for (const [kind, problem] of Object.entries(pemProblems(texts))) {
    reportInvalid(`"${tls[kind as keyof Pems]}" ${problem}`, [kind], inside);
  }
  return { ...tls, ...texts };
}

/**
 * TLS to the brokers, undefined for plain text, to the schema registry, and to PostgreSQL, where plain
 * text is a mode.
 */
export function serverTls({ kafka, postgres }: Config, source: YamlSource, context: LoadContext) {
  const place = (name: string) => ({ context, source, at: [name], name });
  const { tls = false } = kafka ?? {};
  const modeOrTls = postgres?.tls ?? sslModeOf(postgres?.url) ?? "disable";
  const kafkaTls: SiteTls | undefined = typeof tls === "object"
    ? camelKeys(readPems(tls, place("kafka")))
    : tls
    ? { insecure: false }
    : undefined;
  const registry = { context, source, at: ["kafka", "registry"], name: "kafka.registry" };
  const registryTls: Pems = readPems(kafka?.registry?.tls ?? {}, registry);
  const postgresTls: PostgresTls = typeof modeOrTls === "object"
    ? readPems(modeOrTls, place("postgres"))
    : { mode: modeOrTls };
  return { kafkaTls, registryTls, postgresTls };
}

function sslModeOf(url: string | undefined): PostgresTls["mode"] | undefined {
  const parsed = url === undefined ? undefined : parsePostgresUrl(url);
  return typeof parsed === "object" ? parsed.tls : undefined;
}

/**
 * A certificate needs its key, and a key its certificate, in the same mapping. Looks at the file
 * itself, where a value with a mistake of its own is not missing.
 */
function reportUnpaired({ source, at, name }: SettingsPlace): void {
  const given = Object.keys(valueAt(source.value, at) ?? {});
  const pair = ["cert", "key"].filter((key) => given.includes(key));
  if (pair.length !== 1 || source.isBroken) return;
  const missing = pair[0] === "cert" ? "key" : "cert";
  source.report(at, `missing "${name}.${missing}": "${name}.${pair[0]}" needs it`);
}

function within({ at, name, ...same }: SettingsPlace, key: string): SettingsPlace {
  return { ...same, at: [...at, key], name: `${name}.${key}` };
}

/** The text of a file; undefined when it cannot be read, which is reported. */
export function readFile(path: string, key: string, place: SettingsPlace): string | undefined {
  const found = place.context.read(besideFile(place.source.file, path));
  if ("text" in found) return found.text;
  reportInvalid(`cannot read "${path}": ${found.failure}`, [key], place);
  return undefined;
}

/** Adds a mistake about a value within the settings. */
export function reportInvalid(problem: string, path: Path, { source, at, name }: SettingsPlace) {
  source.report([...at, ...path], `invalid "${keyName([name, ...path])}": ${problem}`);
}
