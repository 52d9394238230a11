/** `sitemon schema`: the Avro schemas of what is in the topic, printed or in a schema registry. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import type { SubjectState } from "../../kafka/registry/subject_check.ts";
import { fingerprint as fingerprintOf, hex } from "../../report/fingerprint.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA, V1_SCHEMA } from "../../report/schema.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { schemaTaskSpec } from "../../threads/schema_task/schema_task_spec.ts";
import type { SchemaTaskResult } from "../../threads/schema_task/schema_task_thread.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

const SCHEMAS = { report: SITE_REPORT_SCHEMA, gap: GAP_SCHEMA, v1: V1_SCHEMA };

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .description(
      "Prints the Avro schema of a report, or of another kind of message, as JSON; its commands are " +
        "about the schema registry of a configuration.",
    )
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
  for (const [name, task] of Object.entries(TASKS)) {
    withConfig(command.command(name), "producer", "consumer")
      .description(task.description)
      .option("--json", "print one JSON object per schema")
      .action((options: TaskOptions) => exit(askRegistry(options, task, terminal)));
  }
};

interface TaskOptions extends ConfigOptions {
  readonly json?: boolean;
}

interface Task {
  readonly description: string;
  readonly registers: boolean;
  readonly isProblem: (state: SubjectState) => boolean;
}

const TASKS: Readonly<Record<string, Task>> = {
  register: {
    description: "Registers the schemas of this version in the schema registry, where they are " +
      "compatible; exits 1 when one is not.",
    registers: true,
    isProblem: ({ name }) => name === undefined,
  },
  check: {
    description: "Asks the schema registry whether the schemas of this version are registered or " +
      "may be; exits 1 when one is incompatible. Changes nothing.",
    registers: false,
    isProblem: ({ incompatibility }) => incompatibility !== undefined,
  },
  show: {
    description: "Shows the subjects of the topic in the schema registry, and the IDs of this " +
      "version's schemas; exits 1 when one is not registered. Changes nothing.",
    registers: false,
    isProblem: ({ name }) => name === undefined,
  },
};

async function askRegistry(
  { json = false, ...options }: TaskOptions,
  { registers, isProblem }: Task,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(options, { terminal });
  requireRegistry(loaded, options.config);
  const states = await threadResult<SchemaTaskResult>(schemaTaskSpec(loaded, { registers }));
  for (const state of states) {
    terminal.write(`${json ? printableJson(state) : printable(stateLine(state))}\n`);
  }
  return states.some(isProblem) ? EXIT_NOT_UP : EXIT_OK;
}

function requireRegistry({ config: { kafka } }: LoadedConfig, file: string): void {
  if (kafka?.registry !== undefined) return;
  throw new UsageError(`"${file}" has no "kafka.registry"; add it, or name another file`);
}

function stateLine({ kind, subject, name, incompatibility }: SubjectState): string {
  const what = `${kind}: subject "${subject}"`;
  if (name !== undefined) return `${what} has this version's schema, ID ${name.id}`;
  if (incompatibility !== undefined) {
    return `${what} has a latest version that this one is not compatible with: ${incompatibility}`;
  }
  return `${what} does not have this version's schema; it may be registered`;
}
