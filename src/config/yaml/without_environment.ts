/** Runs a library without the environment, for which it asks again and again. */
import process from "node:process";

/**
 * Does the work while `process.env` is empty, and hands on what it returns or throws. Nothing else
 * runs meanwhile, since it may not be asynchronous. `Deno.env` is as ever.
 */
export function withoutEnvironment<T>(work: () => T extends Promise<unknown> ? never : T): T {
  const { env } = process;
  process.env = {};
  try {
    return work();
  } finally {
    process.env = env;
  }
}
