/** What names a report, or a gap by its first one, without decoding it: `producer_id/sequence`. */

export interface SitemonId {
  readonly producerId: string;
  readonly sequence: number;
}

/** As many digits as a number holds exactly, whichever they are. */
const SITEMON_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([1-9]\d{0,14})$/;

export function formatSitemonId({ producerId, sequence }: SitemonId): string {
  return `${producerId}/${sequence}`;
}

/** Undefined for any other text. */
export function parseSitemonId(text: string): SitemonId | undefined {
  const [, producerId, sequence] = SITEMON_ID.exec(text) ?? [];
  return producerId === undefined ? undefined : { producerId, sequence: Number(sequence) };
}
