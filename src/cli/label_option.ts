/** The option `--label key:value`, which may be repeated. */
import { Option } from "commander";
import { UsageError } from "./exit_code.ts";

export function labelOption(description: string): Option {
  return new Option("--label <key:value>", description)
    .argParser((text: string, before: string[] = []) => [...before, text]);
}

/** Throws {@linkcode UsageError} for one that is none. */
export function labelsOf(texts: readonly string[] = []): (readonly [key: string, value: string])[] {
  return texts.map((text) => {
    const colon = text.indexOf(":");
    if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)] as const;
    throw new UsageError(`invalid --label: ${JSON.stringify(text)} is not "key:value"`);
  });
}
