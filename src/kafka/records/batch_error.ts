/** Why a batch of records cannot be read. */

/** Thrown for what a batch holds; its message ends the sentence of the dead letter that it becomes. */
export class BatchError extends Error {
  override readonly name = "BatchError";
}
