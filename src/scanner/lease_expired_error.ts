/** Why a check was not made: another producer of the group may be checking the site. */

/** Thrown in place of a visit, since a report would tell of nothing that was seen. */
export class LeaseExpiredError extends Error {
  override readonly name = "LeaseExpiredError";

  constructor() {
    super("check skipped: this producer's lease on the site has expired");
  }
}
