/** Every text of a configuration that must not be shown. */
import { headerCredentials, urlCredentials } from "./credentials.ts";
import type { Config } from "./schema.ts";
import type { Site } from "./site.ts";
import type { YamlSource } from "./yaml_source.ts";

/** What references stood for, passwords, and the credentials in urls and headers; each text once. */
export function gatherSecrets(
  sources: readonly YamlSource[],
  { kafka, postgres }: Config,
  sites: readonly Site[],
): string[] {
  const secrets = [
    ...sources.flatMap(({ secrets }) => [...secrets.values()].flat()),
    kafka?.sasl?.password ?? "",
    postgres?.password ?? "",
    ...sites.flatMap(siteCredentials),
  ];
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

function siteCredentials({ url, proxy, headers }: Site): string[] {
  return [
    ...urlCredentials(url),
    ...(proxy === undefined ? [] : urlCredentials(proxy)),
    ...Object.entries(headers).flatMap(([name, value]) => headerCredentials(name, value)),
  ];
}
