/** `sitemon schema`: the Avro schema of a report, for those who read the topic themselves. */
import { fingerprintHex } from "../../report/fingerprint.ts";
import { SITE_REPORT_SCHEMA } from "../../report/schema.ts";
import { EXIT_OK } from "../exit_code.ts";
import type { Terminal } from "../text/terminal.ts";

export interface SchemaOptions {
  /** Prints the CRC-64-AVRO fingerprint, as a hexadecimal number, in place of the schema. */
  readonly fingerprint?: boolean;
}

/** Prints the schema as JSON and resolves to the exit code. */
export function schema(options: SchemaOptions, terminal: Terminal): Promise<number> {
  const text = options.fingerprint
    ? fingerprintHex(SITE_REPORT_SCHEMA)
    : JSON.stringify(SITE_REPORT_SCHEMA, null, 2);
  terminal.write(`${text}\n`);
  return Promise.resolve(EXIT_OK);
}
