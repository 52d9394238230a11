/** `sitemon schema`: the Avro schemas of what is in the topic, for those who read it themselves. */
import { fingerprint as fingerprintOf, hex } from "../../report/fingerprint.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA, V1_SCHEMA } from "../../report/schema.ts";
import type { DefineCommand } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";

const SCHEMAS = { report: SITE_REPORT_SCHEMA, gap: GAP_SCHEMA, v1: V1_SCHEMA };

export const define: DefineCommand = (command, { terminal, exit }) =>
  command
    .description("Prints the Avro schema of a report, or of another kind of message, as JSON.")
    .addArgument(
      command.createArgument("[kind]", "of which message")
        .choices(Object.keys(SCHEMAS)).default("report"),
    )
    .option("--fingerprint", "print the schema's CRC-64-AVRO fingerprint instead")
    .action((kind: keyof typeof SCHEMAS, { fingerprint }) => {
      const schema = SCHEMAS[kind];
      const text = fingerprint ? hex(fingerprintOf(schema)) : JSON.stringify(schema, null, 2);
      terminal.write(`${text}\n`);
      return exit(EXIT_OK);
    });
