/** What a configuration may say, and probably does not mean. */
import type { Mistake } from "./config_error.ts";
import type { Role } from "./loaded_config.ts";
import type { Config } from "./schema/schema.ts";
import type { YamlSource } from "./yaml/yaml_source.ts";

export interface Warned {
  readonly config: Config;
  readonly source: YamlSource;
  readonly siteCount: number;
  readonly role: Role | undefined;
}

/** The warnings, in the form of mistakes. */
export function warningsOf({ config, source, siteCount, role }: Warned): Mistake[] {
  const warnings: Mistake[] = [];
  if (siteCount === 0 && (role === "producer" || role === "run")) {
    const message = "Nothing will be checked as there are no sites";
    warnings.push({ ...source.keyPlace(["sites"]), message });
  }
  if (config.kafka?.sasl?.mechanism === "plain" && config.kafka.tls === false) {
    const message = 'The password of "kafka.sasl" will travel in plain text as "kafka.tls" is off';
    warnings.push({ ...source.place(["kafka", "sasl"]), message });
  }
  return warnings;
}
