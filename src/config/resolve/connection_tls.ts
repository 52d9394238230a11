/** TLS to Kafka and PostgreSQL with the contents of the PEM files. */
import { readPems } from "../yaml/file_settings.ts";
import type { LoadContext } from "../load_context.ts";
import type { PostgresTls } from "../loaded_config.ts";
import type { Config } from "../schema/schema.ts";
import type { SiteTls } from "../site.ts";
import type { YamlSource } from "../yaml/yaml_source.ts";

/** TLS to the brokers, or undefined when they are spoken to in plain text. */
export function kafkaTls(
  { kafka }: Config,
  source: YamlSource,
  context: LoadContext,
): SiteTls | undefined {
  const tls = kafka?.tls;
  if (typeof tls !== "object") return tls === true ? { insecure: false } : undefined;
  const at = ["kafka", "tls"];
  const { server_name, ...rest } = readPems(tls, { ...context, source, at, name: "kafka.tls" });
  return { ...rest, ...(server_name !== undefined && { serverName: server_name }) };
}

/** TLS to PostgreSQL; mode `disable` for plain text. */
export function postgresTls(
  { postgres }: Config,
  source: YamlSource,
  context: LoadContext,
): PostgresTls {
  const tls = postgres?.tls ?? "disable";
  if (typeof tls !== "object") return { mode: tls };
  const at = ["postgres", "tls"];
  return readPems(tls, { ...context, source, at, name: "postgres.tls" });
}
