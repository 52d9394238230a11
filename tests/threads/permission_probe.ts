/** A Worker that tries what it is told to, and answers what was refused. */

/** Something to try. */
export type ProbedAccess =
  | { readonly does: "connect"; readonly hostname: string; readonly port: number }
  | { readonly does: "read" | "write"; readonly path: string }
  | { readonly does: "env"; readonly name: string }
  | { readonly does: "run" | "ffi"; readonly path: string }
  | { readonly does: "hostname" };

/** Of a Worker's global scope, what the types of a window do not have. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<readonly ProbedAccess[]>) => Promise<void>;
  postMessage(results: readonly string[]): void;
};

scope.onmessage = async ({ data }) => scope.postMessage(await Promise.all(data.map(outcome)));

async function outcome(attempt: ProbedAccess): Promise<string> {
  try {
    await perform(attempt);
    return "allowed";
  } catch (error) {
    return error instanceof Deno.errors.NotCapable ? "refused" : `failed: ${error}`;
  }
}

async function perform(attempt: ProbedAccess): Promise<void> {
  switch (attempt.does) {
    case "connect":
      (await Deno.connect(attempt)).close();
      return;
    case "read":
      return void Deno.statSync(attempt.path);
    case "write":
      return Deno.writeTextFileSync(attempt.path, "");
    case "env":
      return void Deno.env.get(attempt.name);
    case "run":
      return void new Deno.Command(attempt.path).outputSync();
    case "ffi":
      return void Deno.dlopen(attempt.path, {});
    case "hostname":
      return void Deno.hostname();
  }
}
