/** `deno task audit`: known faults in the dependencies, where the service that knows them answers. */

/** What Deno says when there was no answer, as opposed to an answer that is bad. */
const NO_ANSWER =
  /client error|error sending request|dns error|timed out|failed to (fetch|lookup)/i;

/** The exit code for what `deno audit` came to: no answer is no failure, since nothing was found. */
export function auditVerdict(code: number, output: string): number {
  const found = /\bFound \d+ vulnerabilit/i.test(output);
  return code !== 0 && !found && NO_ANSWER.test(output) ? 0 : code;
}

if (import.meta.main) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["audit"] })
    .output();
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  const verdict = auditVerdict(code, output);
  console.log(
    verdict === code ? output : "The audit service did not answer, so nothing is known:\n" + output,
  );
  Deno.exit(verdict);
}
