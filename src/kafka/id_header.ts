/** The header that every message of sitemon has. */

/** Name of the header that identifies a message without decoding it: `producer_id/sequence`. */
export const ID_HEADER = "sitemon-id";
