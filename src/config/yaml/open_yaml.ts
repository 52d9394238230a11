/** Opens a YAML file; whatever is wrong with it becomes a mistake. */
import type { Place } from "../config_error.ts";
import type { LoadContext } from "../load_context.ts";
import { besideFile } from "./named_files.ts";
import { YamlSource } from "./yaml_source.ts";

/** 100,000 sites with a few keys each take some 10 MiB. */
const YAML_BYTES_MAX = 16_777_216;
/** A password, a token or a key; more is not meant for a key of a configuration. */
const SECRET_BYTES_MAX = 65_536;

/** The file, or undefined when it cannot be read at all, which is told where the file is named. */
export function openYaml(
  file: string,
  context: LoadContext,
  namedAt: Place = { file, line: 1, column: 1 },
): YamlSource | undefined {
  const fail = (why: string) => {
    context.mistakes.push({ ...namedAt, message: `Cannot read "${file}" as ${why}` });
  };
  const found = context.files.read(file, YAML_BYTES_MAX);
  if ("failure" in found) {
    fail(`the file must be readable: it ${found.failure}; correct the path`);
    return undefined;
  }
  try {
    return new YamlSource(found.text, {
      file,
      mistakes: context.mistakes,
      references: {
        env(name) {
          context.environment.add(name);
          return context.hostEnvironment.env(name);
        },
        file: (path) => context.files.read(besideFile(file, path), SECRET_BYTES_MAX),
      },
    });
  } catch (error) {
    // The parser calls itself for each level, and the stack ends after some thousands of them.
    if (!(error instanceof RangeError)) throw error;
    fail("it must be YAML of reasonable depth: it is nested too deeply; simplify it");
    return undefined;
  }
}
