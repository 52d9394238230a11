/** Programs that see another /etc/hosts than everybody else, so that a name has several addresses. */
import { ok } from "node:assert/strict";
import { TempFolder } from "./temp_folder.ts";

/**
 * Of these names one address alone answers, 127.0.0.1. The system may order them as it likes: of the
 * two with 127.0.0.2, one has it first; nobody listens at 127.0.0.3.
 */
export const NAMES = ["silent-first.example", "silent-last.example", "closed-first.example"];

const HOSTS = `
127.0.0.1 localhost
127.0.0.2 silent-first.example
127.0.0.1 silent-first.example
127.0.0.1 silent-last.example
127.0.0.2 silent-last.example
127.0.0.3 closed-first.example
127.0.0.1 closed-first.example
`;

const ALONE = ["unshare", "--map-root-user", "--mount"];

/** The reason why a process cannot have a file system of its own here, or `undefined`. */
export const WITHOUT_OTHER_HOSTS: string | undefined = await new Deno.Command(ALONE[0]!, {
  args: [...ALONE.slice(1), "true"],
}).output().then(
  ({ success, stderr }) => success ? undefined : new TextDecoder().decode(stderr).trim(),
  (error: Error) => error.message,
);

/** Runs a program of Deno, and returns the lines that it prints. */
export async function runWithOtherHosts(program: URL): Promise<string[]> {
  using folder = new TempFolder();
  folder.write("hosts", HOSTS);
  const bind = `mount --bind ${folder.file("hosts")} /etc/hosts && exec "$0" "$@"`;
  const flags = ["-A", "--no-check", "--quiet", "--unstable-worker-options"];
  const { code, stdout, stderr } = await new Deno.Command(ALONE[0]!, {
    args: [...ALONE.slice(1), "sh", "-c", bind, Deno.execPath(), "run", ...flags, program.pathname],
  }).output();
  ok(code === 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n");
}
