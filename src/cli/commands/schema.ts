/** `sitemon schema`: the Avro schema of a report, for those who read the topic themselves. */
import { fingerprint as fingerprintOf, hex } from "../../report/fingerprint.ts";
import { SITE_REPORT_SCHEMA } from "../../report/schema.ts";
import type { DefineCommand } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  command
    .description("Prints the Avro schema of a report as JSON.")
    .option("--fingerprint", "print the schema's CRC-64-AVRO fingerprint instead")
    .action(({ fingerprint }) => {
      const text = fingerprint
        ? hex(fingerprintOf(SITE_REPORT_SCHEMA))
        : JSON.stringify(SITE_REPORT_SCHEMA, null, 2);
      terminal.write(`${text}\n`);
      return exit(EXIT_OK);
    });
