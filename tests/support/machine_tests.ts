/** Tests of what a machine may forbid, such as to mount a disk. */

/** Registers a test, as `Deno.test` does by name and function. */
type Register = (name: string, fn: () => void | Promise<void>) => void;

/**
 * Registers by `register` where nothing is missing. Elsewhere the test is ignored, also under CI=true,
 * with the reason in its name: no installation would help.
 */
export function machineTest(
  missing: string | undefined,
  register: Register = (name, fn) => Deno.test(name, fn),
): Register {
  if (missing === undefined) return register;
  return (name, fn) => Deno.test({ name: `${name} [${missing}]`, ignore: true, fn });
}
