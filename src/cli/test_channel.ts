/** `sitemon alerts test`: sends a test message to a channel, in a thread, and prints what came back. */
import { threadResult } from "../runtime/threads/thread_results.ts";
import { alertTestSpec } from "../threads/alert_test/alert_test_spec.ts";
import type { TestAnswer } from "../threads/alert_test/alert_test_thread.ts";
import type { ConfigOptions } from "./define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, UsageError } from "./exit_code.ts";
import { loadFile } from "./load_file.ts";
import type { Terminal } from "./text/terminal.ts";
import { printable } from "./text/terminal_text.ts";

/** Resolves to 1 when the receiver did not accept both. */
export async function testChannel(
  { channel: name, ...options }: ConfigOptions & { readonly channel: string },
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(options, { role: "status", terminal });
  const channels = loaded.alerts?.channels ?? [];
  const channel = channels.find((one) => one.name === name);
  if (channel === undefined) {
    const known = channels.map((one) => one.name).join(", ") || "none";
    throw new UsageError(`no such channel: ${printable(`"${name}"`)}; the file has ${known}`);
  }
  const answers = await threadResult<readonly TestAnswer[]>(alertTestSpec(loaded, channel));
  for (const { message, result, answer } of answers) {
    terminal.write(`${message}: ${result}${answer === "" ? "" : `: ${printable(answer)}`}\n`);
  }
  return answers.every(({ result }) => result === "delivered") ? EXIT_OK : EXIT_NOT_UP;
}
