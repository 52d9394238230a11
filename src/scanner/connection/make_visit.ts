/** One visit, whatever its protocol: a connection, what is spoken on it, and its end. */
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import { requireLease } from "../probe.ts";
import type { ByteStream } from "./byte_stream.ts";
import { openConnection } from "./connection.ts";
import { VisitError } from "./failure.ts";
import type { Visit } from "./visit.ts";

/**
 * Opens the connection of a visit, lets `speak` use it, and closes it; the run's end closes it too.
 * What `speak` rejects with as {@linkcode VisitError} becomes the visit's failure.
 */
export async function makeVisit(
  visit: Visit,
  { context, run }: { readonly context: CheckContext; readonly run: CheckRun },
  speak: (stream: ByteStream) => Promise<void>,
): Promise<void> {
  try {
    requireLease(context);
    const stream = await openConnection(visit, context, run);
    run.closeAtEnd(stream);
    // The process may have been stopped meanwhile, for longer than its lease.
    requireLease(context);
    await speak(stream);
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    visit.failure = error;
  } finally {
    run.close();
    visit.end();
  }
}
