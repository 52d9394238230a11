/** Of a check that turned out, under way, not to be this producer's to make. */

/** Thrown instead of making a visit: a report would tell of nothing that was seen. */
export class UnheldError extends Error {
  override readonly name = "UnheldError";

  constructor() {
    super(
      "Cannot visit the site as the group must have said lately that it is this producer's: " +
        "it has not",
    );
  }
}
