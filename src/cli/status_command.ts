/** Composes `sitemon status`: reads the store in a thread, and prints what it says. */
import type { SiteStatus } from "../status/store.ts";
import { threadResult } from "../runtime/thread_results.ts";
import { loadFile } from "./load_file.ts";
import { statusesSpec } from "./pipeline.ts";
import { status } from "./status.ts";
import { storeAnswer } from "./store_answer.ts";
import type { Terminal } from "./terminal.ts";

/** Resolves to the exit code. */
export async function statusCommand(
  { config, json = false }: { readonly config: string; readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const spec = statusesSpec(loadFile(config, { role: "status", terminal }));
  return await storeAnswer(terminal, async () => {
    const statuses = await threadResult<readonly SiteStatus[]>(spec);
    return status({ statuses, json, now: new Date() }, terminal);
  });
}
