/** Every text of a configuration that must not be shown. */
import { headerCredentials, pairCredentials, urlCredentials } from "./credentials.ts";
import type { Config } from "./schema/schema.ts";
import type { Site, SiteAuth } from "./site.ts";
import type { YamlSource } from "./yaml/yaml_source.ts";

/** What references stood for, passwords, and the credentials in urls and headers; each text once. */
export function gatherSecrets(
  sources: readonly YamlSource[],
  { kafka, postgres, connectivity, web }: Omit<Config, "sites">,
  sites: readonly Site[],
): string[] {
  const secrets = [
    ...sources.flatMap(({ secrets }) => [...secrets.values()].flat()),
    kafka?.sasl?.password ?? "",
    postgres?.password ?? "",
    (web || undefined)?.basic_auth?.password ?? "",
    ...(connectivity?.urls ?? []).flatMap(urlCredentials),
    ...sites.flatMap(siteCredentials),
  ];
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

function siteCredentials({ url, proxy, headers, auth }: Site): string[] {
  return [
    ...(auth === undefined ? [] : authCredentials(auth)),
    ...urlCredentials(url),
    ...(proxy === undefined ? [] : urlCredentials(proxy)),
    ...Object.entries(headers).flatMap(([name, value]) => headerCredentials(name, value)),
  ];
}

function authCredentials(auth: SiteAuth): string[] {
  if ("bearer" in auth) return [auth.bearer];
  return pairCredentials(auth.basic.username, auth.basic.password);
}
