/** Which parts of a configuration are credentials, and every text that must not be shown. */
import { PROTOCOLS } from "./schema/protocols/protocols.ts";
import type { RegistryConfig } from "./schema/registry_schema.ts";
import type { Config } from "./schema/schema.ts";
import type { Site, SiteAuth } from "./site.ts";
import { isSecretHeader } from "./secret_header.ts";
import type { Path, YamlSource } from "./yaml/yaml_source.ts";

/** Kinds of channels that have the url of a public API, whose key is another. */
const PUBLIC_APIS = ["pagerduty", "telegram", "opsgenie"];
/** A part of a url's path that is as long as a token. */
const TOKEN_LENGTH_MIN = 16;
const SECRETS = [
  "auth.bearer",
  "registry.bearer",
  ...PROTOCOLS.flatMap(({ secretKeys = [] }) => secretKeys),
];

/** True for a value that is a credential as a whole. */
export function isCredential(path: Path): boolean {
  if (isSecretOfAlerts(path)) return true;
  const [parent, key] = path.slice(-2).map(String);
  if (key === "password" || SECRETS.includes(`${parent}.${key}`)) return true;
  return parent === "headers" && isSecretHeader(key ?? "");
}

/** True for a value that may hold credentials between `://` and `@`. */
export function isUrl(path: Path): boolean {
  const [parent, key] = path.slice(-2).map(String);
  return ["url", "proxy", "endpoint", "public_url"].includes(key ?? "") || parent === "urls";
}

/** True for a URL that is asked: a label and a header may have such a name too. */
export function isRequestUrl(path: Path): boolean {
  return isUrl(path) && !["labels", "headers"].includes(String(path.at(-2)));
}

/** True for a URL that one reference may hold as a whole: it is a secret, and no host of a site. */
export function mayBeReference(path: Path): boolean {
  return path.map(String).join(".") === "postgres.url" || isSecretOfAlerts(path);
}

/** Whoever knows the url of an incoming webhook, or of a heartbeat, may use it. */
function isSecretOfAlerts(path: Path): boolean {
  const [section, part, name, kind, key] = path.map(String);
  if (section !== "alerts") return false;
  if (part === "heartbeat") return name === "url";
  if (part !== "channels" || path.length !== 5) return false;
  if (key === "url") return !PUBLIC_APIS.includes(kind!);
  return ["routing_key", "token", "api_key", "secret"].includes(key!);
}

/** The secrets of channels and of the heartbeat. */
export function alertsSecrets(alerts: NonNullable<Config["alerts"]>): string[] {
  const channels = Object.entries(alerts.channels).flatMap(([name, channel]) => {
    const [kind, settings] = Object.entries<Record<string, unknown>>(channel)[0]!;
    const { headers = {}, urls = [], sasl } = settings as {
      readonly headers?: object;
      readonly urls?: string[];
      readonly sasl?: { readonly password: string };
    };
    const whole = Object.entries(settings)
      .filter(([key]) => isCredential(["alerts", "channels", name, kind, key]))
      .flatMap(([, value]) => urlSecrets(String(value)));
    return [
      ...whole,
      ...(sasl === undefined ? [] : [sasl.password]),
      ...urls.flatMap(urlCredentials),
      ...Object.entries(headers).flatMap(([name, value]) => headerCredentials(name, value)),
    ];
  });
  return [...channels, ...urlSecrets(alerts.heartbeat?.url ?? "")];
}

/** A secret as it is, and if it is a url, what of it is as long as a token, and its credentials. */
function urlSecrets(secret: string): string[] {
  const { pathname = "" } = URL.parse(secret) ?? {};
  const tokens = pathname.split("/").filter(({ length }) => length >= TOKEN_LENGTH_MIN);
  return [secret, ...tokens, ...urlCredentials(secret)];
}

/** Every text that reveals a URL's credentials, including the header that they are sent in. */
export function urlCredentials(url: string): string[] {
  // Most URLs have none, and parsing those of all sites takes a while.
  const parsed = url.includes("@") ? URL.parse(url) : null;
  if (parsed === null) return [];
  const { username, password } = parsed;
  if (username === "" && password === "") return [];
  const [user, word] = [username, password].map(decoded) as [string, string];
  const secrets = [...pairCredentials(user, word), ...(word === "" ? [username] : [password])];
  return [`${username}:${password}`, ...secrets].filter((secret) => secret !== ":");
}

/** Every text that reveals a user name and password, including the header that they are sent in. */
export function pairCredentials(user: string, password: string): string[] {
  const pair = `${user}:${password}`;
  const bytes = new TextEncoder().encode(pair);
  // With the padding left out, and in the alphabet for URLs, as some write it again.
  const unpadded = (["base64", "base64url"] as const)
    .map((alphabet) => bytes.toBase64({ alphabet, omitPadding: true }));
  return [...new Set([pair, bytes.toBase64(), ...unpadded, password === "" ? user : password])];
}

/** A header's value, what follows a scheme such as `Bearer` and what `Basic` encodes, and each cookie's. */
export function headerCredentials(name: string, value: string): string[] {
  if (!isSecretHeader(name)) return [];
  const [, scheme = "", word] = /^(\S+)\s+(\S.*)$/.exec(value) ?? [];
  const inner = /^basic$/i.test(scheme) ? decodedPair(word!) : [];
  const cookies = /cookie/i.test(name)
    ? value.split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim())
    : [];
  return [value, ...(word === undefined ? [] : [word]), ...inner, ...cookies];
}

/** The credentials in the value of `Authorization: Basic`; none when it is no Base64. */
function decodedPair(base64: string): string[] {
  try {
    const pair = new TextDecoder().decode(Uint8Array.fromBase64(base64));
    const at = pair.indexOf(":");
    return at < 0 ? [pair] : pairCredentials(pair.slice(0, at), pair.slice(at + 1));
  } catch {
    return [];
  }
}

/** What references stand for, passwords, and the credentials in URLs and headers; each text once. */
export function gatherSecrets(
  sources: readonly YamlSource[],
  { kafka, postgres, connectivity, web, alerts }: Omit<Config, "sites">,
  sites: readonly Site[],
): string[] {
  const secrets = [
    ...sources.flatMap(({ secrets }) => [...secrets.values()].flat()),
    kafka?.sasl?.password ?? "",
    ...registryCredentials(kafka?.registry),
    postgres?.password ?? "",
    ...passwordOf(postgres?.url),
    (web || undefined)?.basic_auth?.password ?? "",
    ...(connectivity?.urls ?? []).flatMap(urlCredentials),
    ...(alerts === undefined ? [] : alertsSecrets(alerts)),
    ...sites.flatMap(siteCredentials),
  ];
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

function registryCredentials({ basic_auth, bearer = "" }: Partial<RegistryConfig> = {}): string[] {
  if (basic_auth === undefined) return [bearer];
  return pairCredentials(basic_auth.username, basic_auth.password);
}

/** The password of a database's URL, as it is there and decoded; its user is no secret. */
function passwordOf(url = ""): string[] {
  const { password = "" } = URL.parse(url) ?? {};
  return [password, decoded(password)];
}

function siteCredentials(site: Site): string[] {
  const { url, proxy = "", headers, auth } = site;
  return [
    ...PROTOCOLS.flatMap((protocol) => protocol.secretsOf?.(site) ?? []),
    ...(auth === undefined ? [] : authCredentials(auth)),
    ...urlCredentials(url),
    ...urlCredentials(proxy),
    ...Object.entries(headers).flatMap(([name, value]) => headerCredentials(name, value)),
  ];
}

function authCredentials(auth: SiteAuth): string[] {
  if ("bearer" in auth) return [auth.bearer];
  return pairCredentials(auth.basic.username, auth.basic.password);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
